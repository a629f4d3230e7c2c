using FluentValidation;

namespace Aarya.Features.Addresses;

/// <summary>An address that goods can be sent to, in every context.</summary>
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

/// <summary>
/// One set of rules for every address: an address in the address book is valid at the checkout. Texts follow <see cref="PersonText"/>; the
/// postal code and the telephone number are checked in the spelling that is stored.
/// </summary>
public abstract class PostalAddressRules<T> : AbstractValidator<T> where T : IPostalAddress
{
    protected PostalAddressRules()
    {
        RuleFor(x => x.Name).TextOfAPerson(100).WithoutCardNumber();
        RuleFor(x => x.Line1).TextOfAPerson(200).WithoutCardNumber();
        RuleFor(x => x.Line2).OptionalTextOfAPerson(200).WithoutCardNumber();
        RuleFor(x => x.City).TextOfAPerson(100).WithoutCardNumber();
        RuleFor(x => x.State).Must(x => !PersonText.IsEmpty(x)).When(x => PostalCode.StateIsNeededIn(x.Country))
            .WithMessage(PersonText.Empty);
        RuleFor(x => x.State).NotNull().OptionalTextOfAPerson(100).WithoutCardNumber();
        RuleFor(x => x.State).Must(x => IndianState.Find(x) is not null).When(x => x.Country == India && !PersonText.IsEmpty(x.State))
            .WithMessage("must be a state or union territory of India, by its name or code, such as Karnataka or KA.");
        RuleFor(x => x.Country).NotEmpty().Must(Countries.Exists)
            .WithMessage("must be an ISO 3166-1 alpha-2 code in capitals, such as IN.");
        RuleFor(x => x.PostalCode).Must(x => !PersonText.IsEmpty(x)).When(x => PostalCode.IsNeededIn(x.Country))
            .WithMessage(PersonText.Empty);
        RuleFor(x => x.PostalCode).NotNull().OptionalTextOfAPerson(PostalCode.Longest).WithoutCardNumber();
        RuleFor(x => x.PostalCode).Must((x, code) => PostalCode.IsOf(x.Country, code)).When(x => CanBeJudged(x.PostalCode))
            .WithMessage(x => x.Country == India
                ? "must be a PIN code: six digits, the first not 0."
                : "is not a postal code of this country.");
        RuleFor(x => x.PostalCode).Must((x, code) => IndianState.Find(x.State)!.Has(PostalCode.Spelt(India, code)))
            .When(x => x.Country == India && CanBeJudged(x.PostalCode) && PostalCode.IsOf(India, x.PostalCode)
                && IndianState.Find(x.State) is not null)
            .WithMessage(x => $"must be a PIN code in {IndianState.Find(x.State)!.Name}.");
        RuleFor(x => x.Phone).NotEmpty().Must(x => x is null || PhoneNumber.IsDialled(x)).WithMessage(PhoneNumber.Expected);
        RuleFor(x => x.Phone).Must(x => !CardNumber.IsDialled(x)).WithMessage(CardNumber.RefusedAsPhone);
        RuleFor(x => x.Phone).Must(x => PhoneNumber.IsIndianMobile(x)).When(x => x.Country == India && x.Phone is not null)
            .WithMessage(PhoneNumber.ExpectedInIndia);
    }

    private const string India = "IN";

    private static bool CanBeJudged(string? code) =>
        !PersonText.IsEmpty(code) && PersonText.FaultOfOptional(code, PostalCode.Longest) is null;
}

/// <summary>How an address is stored, however it was typed.</summary>
public static class PostalSpelling
{
    public static string State(IPostalAddress address) =>
        address.Country == "IN" && IndianState.Find(address.State) is { } state
            ? state.Name
            : PersonText.ComposeOrNull(address.State) ?? "";

    public static string Code(IPostalAddress address) => PostalCode.Spelt(address.Country, address.PostalCode);
}
