using Aarya.Features.Commerce.Checkout;

namespace Aarya.Specs.Commerce;

internal static class SampleAddresses
{
    public static ShippingAddress Bengaluru { get; } = new("Asha Rao", "14 Residency Road", null, "Bengaluru", "Karnataka", "560025",
        "IN", "+919845012345");
}
