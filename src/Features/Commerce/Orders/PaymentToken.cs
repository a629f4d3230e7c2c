using System.Text.RegularExpressions;
using FluentValidation;

namespace Aarya.Features.Commerce.Orders;

/// <summary>What the payment provider gives a storefront for the shopper's card or account.</summary>
internal static partial class PaymentToken
{
    public static IRuleBuilderOptions<T, string> IsPaymentToken<T>(this IRuleBuilder<T, string> rule) =>
        rule.NotEmpty().Matches(Token()).WithMessage("must be a token of the payment provider, not a card number.");

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_.-]{2,254}\\z")]
    private static partial Regex Token();
}
