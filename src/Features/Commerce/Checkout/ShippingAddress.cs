using System.Text.RegularExpressions;
using Aarya.Infrastructure.Security;
using FluentValidation;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>Where the goods go.</summary>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
public sealed partial record ShippingAddress(
    [property: Personal] string Name,
    [property: Personal] string Line1,
    [property: Personal] string? Line2,
    [property: Personal] string City,
    string State,
    [property: Personal] string PostalCode,
    string Country,
    [property: Personal] string Phone)
{
    /// <summary>What the books and the taxes need.</summary>
    public ShippingAddress Forgotten() => new("", "", null, City, State, "", Country, "");

    public sealed class Validator : AbstractValidator<ShippingAddress>
    {
        public Validator()
        {
            RuleFor(x => x.Name).Text(100);
            RuleFor(x => x.Line1).Text(200);
            RuleFor(x => x.Line2).MaximumLength(200).Matches(Printable());
            RuleFor(x => x.City).Text(100);
            RuleFor(x => x.State).Text(100);
            RuleFor(x => x.Country).NotEmpty().Must(Countries.Exists).WithMessage("must be an ISO 3166-1 alpha-2 code in capitals, such as IN.");
            RuleFor(x => x.PostalCode).Text(20);
            RuleFor(x => x.PostalCode).Matches(PinCode()).When(x => x.Country == "IN").WithMessage("must be a PIN code: six digits, the first not 0.");
            RuleFor(x => x.Phone).NotEmpty().Matches(Dialled()).WithMessage("must be a telephone number: 6 to 15 digits, with an optional + in front.");
            RuleFor(x => x.Phone).Matches(IndianMobile()).When(x => x.Country == "IN").WithMessage("must be an Indian mobile number: ten digits from 6, 7, 8 or 9 on, with or without +91.");
        }
    }

    /// <summary>No control characters: they have no place on a label.</summary>
    [GeneratedRegex(@"^\P{C}*$")]
    internal static partial Regex Printable();

    [GeneratedRegex("^[1-9][0-9]{2} ?[0-9]{3}$")]
    private static partial Regex PinCode();

    [GeneratedRegex(@"^\+?(?:[ ()-]?[0-9]){6,15}$")]
    private static partial Regex Dialled();

    [GeneratedRegex("^(?:\\+?91[ -]?|0)?[6-9][0-9]{4}[ -]?[0-9]{5}$")]
    private static partial Regex IndianMobile();
}

internal static class AddressRules
{
    public static IRuleBuilderOptions<ShippingAddress, string> Text(this IRuleBuilder<ShippingAddress, string> rule, int most) =>
        rule.NotEmpty().MaximumLength(most).Matches(ShippingAddress.Printable()).WithMessage("must not contain control characters.");
}
