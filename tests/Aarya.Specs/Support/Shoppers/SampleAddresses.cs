using Aarya.Features.Commerce.Orders;

namespace Aarya.Specs.Support.Shoppers;

internal static class SampleAddresses
{
    public static ShippingAddress Bengaluru { get; } = new("Asha Rao", "14 Residency Road", null, "Bengaluru", "Karnataka", "560025",
        "IN", "+919845012345");
}
