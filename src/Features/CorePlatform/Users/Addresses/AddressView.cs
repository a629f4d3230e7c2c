using Aarya.Features.Addresses;

namespace Aarya.Features.CorePlatform.Users.Addresses;

public sealed record AddressView(
    Guid Id, string Name, string Line1, string? Line2, string City, string State, string PostalCode, string Country, string Phone,
    bool IsDefaultShipping, bool IsDefaultBilling)
{
    public static AddressView Of(AddressBook book, Guid id)
    {
        var x = book.Find(id) ?? throw new ArgumentException("The book has no such address.", nameof(id));
        return new(x.Id, x.Name, x.Line1, x.Line2, x.City, x.State, x.PostalCode, x.Country, x.Phone, book.DefaultShipping == x.Id,
            book.DefaultBilling == x.Id);
    }
}
