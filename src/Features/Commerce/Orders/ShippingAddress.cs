using Aarya.Features.Addresses;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Commerce.Orders;

/// <summary>The address that goods are delivered to.</summary>
/// <param name="State">In India one of the states and union territories, by name or ISO 3166-2 code.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
public sealed record ShippingAddress(
    [property: Personal] string Name,
    [property: Personal] string Line1,
    [property: Personal] string? Line2,
    [property: Personal] string City,
    string State,
    [property: Personal] string PostalCode,
    string Country,
    [property: Personal] string Phone) : IPostalAddress
{
    public sealed class Validator : PostalAddressRules<ShippingAddress>;

    /// <summary>Only the parts that the books and the taxes need.</summary>
    public ShippingAddress Forgotten() => new("", "", null, City, State, "", Country, "");

    /// <summary>The same address in normalised spelling.</summary>
    public ShippingAddress Spelt() => new(
        PersonText.Compose(Name), PersonText.Compose(Line1), PersonText.ComposeOrNull(Line2), PersonText.Compose(City),
        PostalSpelling.State(this), PostalSpelling.Code(this), Country, PhoneNumber.Spelt(Phone));
}
