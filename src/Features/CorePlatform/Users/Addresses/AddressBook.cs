using Aarya.Features.Addresses;
using Aarya.Infrastructure.Privacy;
using JasperFx.Metadata;

namespace Aarya.Features.CorePlatform.Users.Addresses;

/// <summary>An address as a person enters it.</summary>
/// <param name="State">In India one of the states and union territories, by name or ISO 3166-2 code.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="IsDefaultShipping">True makes it the default for shipping; false leaves the default to another address, if there is
/// one.</param>
/// <param name="IsDefaultBilling">The same for billing.</param>
public sealed record AddressEntry(
    string Name, string Line1, string? Line2, string City, string State, string PostalCode, string Country, string Phone,
    bool? IsDefaultShipping = null, bool? IsDefaultBilling = null) : IPostalAddress
{
    public sealed class Validator : PostalAddressRules<AddressEntry>;
}

/// <summary>An address as it is stored.</summary>
public sealed record Address(
    Guid Id,
    [property: Personal] string Name,
    [property: Personal] string Line1,
    [property: Personal] string? Line2,
    [property: Personal] string City,
    string State,
    [property: Personal] string PostalCode,
    string Country,
    [property: Personal] string Phone)
{
    public static Address Of(Guid id, AddressEntry x) => new(
        id, PersonText.Compose(x.Name), PersonText.Compose(x.Line1), PersonText.ComposeOrNull(x.Line2), PersonText.Compose(x.City),
        PostalSpelling.State(x), PostalSpelling.Code(x), x.Country, PhoneNumber.Spelt(x.Phone));
}

/// <summary>
/// The addresses of one person, the oldest first. As long as there are any, exactly one is the default for shipping and exactly one for
/// billing: all are in one document, so that two changes at once cannot leave two defaults or none.
/// </summary>
public sealed class AddressBook : IVersioned
{
    public const int MostAddresses = 200;

    /// <summary>The person's id.</summary>
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    public IReadOnlyList<Address> Addresses { get; set; } = [];

    public Guid? DefaultShipping { get; set; }

    public Guid? DefaultBilling { get; set; }

    public bool IsFull => Addresses.Count >= MostAddresses;

    public Address? Find(Guid id) => Addresses.FirstOrDefault(x => x.Id == id);

    public void Add(Guid id, AddressEntry entry)
    {
        Addresses = [.. Addresses, Address.Of(id, entry)];
        Choose(id, entry);
    }

    public void Change(Guid id, AddressEntry entry)
    {
        Addresses = [.. Addresses.Select(x => x.Id == id ? Address.Of(id, entry) : x)];
        Choose(id, entry);
    }

    /// <summary>Removes an address; if it was a default, the oldest remaining address takes its place.</summary>
    public void Remove(Guid id)
    {
        Addresses = [.. Addresses.Where(x => x.Id != id)];
        if (DefaultShipping == id) DefaultShipping = Oldest(but: id);
        if (DefaultBilling == id) DefaultBilling = Oldest(but: id);
    }

    private void Choose(Guid id, AddressEntry entry)
    {
        DefaultShipping = Chosen(DefaultShipping, id, entry.IsDefaultShipping);
        DefaultBilling = Chosen(DefaultBilling, id, entry.IsDefaultBilling);
    }

    private Guid? Chosen(Guid? current, Guid id, bool? wanted) => wanted switch
    {
        true => id,
        false when current == id => Oldest(but: id) ?? id,
        _ => current ?? id,
    };

    private Guid? Oldest(Guid but) => Addresses.FirstOrDefault(x => x.Id != but)?.Id;
}
