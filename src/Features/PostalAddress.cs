using System.Text.RegularExpressions;
using FluentValidation;

namespace Aarya.Features;

/// <summary>Where goods can be sent, whichever context keeps it.</summary>
public interface IPostalAddress
{
    string Name { get; }

    string Line1 { get; }

    string? Line2 { get; }

    string City { get; }

    /// <summary>In India one of the states and union territories, by name or ISO 3166-2 code.</summary>
    string State { get; }

    string PostalCode { get; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    string Country { get; }

    string Phone { get; }
}

/// <summary>One set of rules for every address: what is in the book is good at the checkout.</summary>
public abstract partial class PostalAddressRules<T> : AbstractValidator<T> where T : IPostalAddress
{
    protected PostalAddressRules()
    {
        Text(RuleFor(x => x.Name), 100);
        Text(RuleFor(x => x.Line1), 200);
        RuleFor(x => x.Line2).MaximumLength(200).Matches(Printable()).WithMessage(Unprintable);
        Text(RuleFor(x => x.City), 100);
        RuleFor(x => x.State).NotEmpty().When(x => PostalCode.StateIsNeededIn(x.Country));
        RuleFor(x => x.State).NotNull().MaximumLength(100).Matches(Printable()).WithMessage(Unprintable);
        RuleFor(x => x.State).Must(x => IndianState.Find(x) is not null).When(x => x.Country == India && !string.IsNullOrWhiteSpace(x.State))
            .WithMessage("must be a state or union territory of India, by its name or code, such as Karnataka or KA.");
        RuleFor(x => x.Country).NotEmpty().Must(Countries.Exists).WithMessage("must be an ISO 3166-1 alpha-2 code in capitals, such as IN.");
        RuleFor(x => x.PostalCode).NotEmpty().When(x => PostalCode.IsNeededIn(x.Country));
        RuleFor(x => x.PostalCode).NotNull().MaximumLength(PostalCode.Longest).Matches(Printable()).WithMessage(Unprintable);
        RuleFor(x => x.PostalCode).Must((x, code) => PostalCode.IsOf(x.Country, code)).When(x => !string.IsNullOrWhiteSpace(x.PostalCode) && x.PostalCode.Length <= PostalCode.Longest)
            .WithMessage(x => x.Country == India ? "must be a PIN code: six digits, the first not 0." : "is no postal code of this country.");
        RuleFor(x => x.PostalCode).Must((x, code) => IndianState.Find(x.State)!.Has(code))
            .When(x => x.Country == India && x.PostalCode is not null && PostalCode.IsOf(India, x.PostalCode) && IndianState.Find(x.State) is not null)
            .WithMessage(x => $"is a PIN code outside {IndianState.Find(x.State)!.Name}.");
        RuleFor(x => x.Phone).NotEmpty().Must(x => x is null || PhoneNumber.IsDialled(x)).WithMessage(PhoneNumber.Expected);
        RuleFor(x => x.Phone).Must(x => PhoneNumber.IsIndianMobile(x)).When(x => x.Country == India && x.Phone is not null).WithMessage(PhoneNumber.ExpectedInIndia);
    }

    private const string India = "IN";
    private const string Unprintable = "must not contain control characters.";

    private static void Text(IRuleBuilder<T, string> rule, int most) =>
        rule.NotEmpty().MaximumLength(most).Matches(Printable()).WithMessage(Unprintable);

    // They have no place on a label.
    [GeneratedRegex(@"^\P{C}*\z")]
    private static partial Regex Printable();
}

/// <summary>How an address is kept, however it was typed.</summary>
public static class PostalSpelling
{
    public static string State(IPostalAddress address) =>
        address.Country == "IN" && IndianState.Find(address.State) is { } state ? state.Name : address.State.Trim();

    public static string Code(IPostalAddress address) => address.Country == "IN"
        ? address.PostalCode.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal)
        : address.PostalCode.Trim().ToUpperInvariant();

    public static string? Line(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
