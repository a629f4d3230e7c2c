using Aarya.Features.Content.Contracts;

namespace Aarya.Features.Content.Letters;

/// <summary>All kinds of letters, each with a sample for the preview at <c>/dev/mailbox/templates</c>.</summary>
public static class LetterKinds
{
    private const string Email = "asha@aarya.example";
    private const string Person = "Asha Rao";
    private const string Number = "AA-10042";
    private static readonly DateTimeOffset At = new(2026, 11, 23, 12, 35, 0, TimeSpan.Zero);

    private static readonly ItemNews Item = new(
        "Indigo block-print kurta", "M", "Indigo", Money.Rupees(1_299), Money.Rupees(1_799),
        "https://shop.aarya.example/products/indigo-block-print-kurta");

    public static readonly LetterKind<OrderConfirmedNotice> OrderConfirmed = new("order_confirmed", new(
        Guid.Empty, Number, Guid.Empty, Email, Money.Rupees(1_04_278),
        [new("KURTA-M-INDIGO", "Indigo block-print kurta", 2, Money.Rupees(1_299)),
            new("SAREE-KANJIVARAM-RED", "Handwoven Kanjivaram silk saree with a border of gold thread", 1, Money.Rupees(1_01_680))],
        Person, At, Languages.English));

    public static readonly LetterKind<OrderPackedNotice> OrderPacked =
        new("order_packed", new(Guid.Empty, Number, Guid.Empty, Email, At, Languages.English)) { Choice = LetterChoice.Preference };

    public static readonly LetterKind<OrderShippedNotice> OrderShipped = new("order_shipped", new(
        Guid.Empty, Number, Guid.Empty, Email, "Delhivery", "DL-4711-IN", At, "https://carrier.aarya.example/track/DL-4711-IN",
        Languages.English))
    {
        Choice = LetterChoice.Preference,
    };

    public static readonly LetterKind<OrderDeliveredNotice> OrderDelivered =
        new("order_delivered", new(Guid.Empty, Number, Guid.Empty, Email, At, Languages.English)) { Choice = LetterChoice.Preference };

    public static readonly LetterKind<OrderCancelledNotice> OrderCancelled =
        new("order_cancelled", new(Guid.Empty, Number, Guid.Empty, Email, "unpaid", At, Languages.English));

    public static readonly LetterKind<OrderRefundedNotice> OrderRefunded =
        new("order_refunded", new(Guid.Empty, Number, Guid.Empty, Email, Money.Rupees(1_299), Whole: false, At, Languages.English));

    public static readonly LetterKind<DeclinedPayment> PaymentDeclined = new("payment_declined", new(Number, 12));

    public static readonly LetterKind<OrderAwaitsActionNotice> PaymentActionRequired =
        new("payment_action_required", new(Guid.Empty, Number, Guid.Empty, At, At, Languages.English));

    public static readonly LetterKind<OrderLinkAskedNotice> OrderLink = new("order_link", new(
        Guid.Empty, Guid.Empty, Number, Guid.Empty, Email, Person, "https://shop.aarya.example/orders#token=sample", At, Languages.English))
    {
        HoldsLink = true,
    };

    public static readonly LetterKind<UserRegisteredNotice> Welcome =
        new("welcome", new(Guid.Empty, Email, Person, At, Languages.English));

    public static readonly LetterKind<PersonalDataReadyNotice> PersonalDataReady = new("personal_data_ready", new(
        Guid.Empty, Guid.Empty, Email, Person, "https://shop.aarya.example/exports/sample", At, Languages.English))
    {
        HoldsLink = true,
    };

    public static readonly LetterKind<ItemNews> BackInStock = new("back_in_stock", Item)
    {
        Choice = LetterChoice.Unsubscribe,
    };

    public static readonly LetterKind<ItemNews> PriceDropped = new("price_dropped", Item)
    {
        Choice = LetterChoice.Unsubscribe,
    };

    public static readonly LetterKind<CartNews> CartReminder = new("cart_reminder", new(
        Person, [new("Indigo block-print kurta", 2, Money.Rupees(1_299)), new("Silk stole", 1, Money.Rupees(899))],
        "https://shop.aarya.example/cart"))
    {
        Choice = LetterChoice.Consent,
    };

    public static readonly LetterKind<StockLowNotice> LowStock = new("low_stock", new(
        Guid.Empty, [new("KURTA-M-INDIGO", "Indigo block-print kurta", 2), new("STOLE-SILK", "Silk stole", 0)], 3, 5, At));

    public static readonly LetterKind<ReviewWaitingNotice> ReviewWaiting = new("review_waiting", new(
        Guid.Empty, Number, Money.Rupees(5_12_000), 80, ["very_large_amount", "many_payments_by_shopper"], 1, At, At));

    private static readonly LetterKind<AccountNotice> AccountChanged = AccountKind("account_changed", withLink: false);

    private static readonly Dictionary<string, LetterKind<AccountNotice>> Account = new LetterKind<AccountNotice>[]
    {
        AccountKind("verify_email", withLink: true),
        AccountKind("registration_repeated", withLink: false),
        AccountKind("reset_password", withLink: true),
        AccountKind("password_changed", withLink: false),
        AccountKind("confirm_new_email", withLink: true),
        AccountKind("email_change_asked", withLink: false),
        AccountKind("email_changed", withLink: false),
        AccountKind("deactivated", withLink: false),
        AccountKind("two_factor_on", withLink: false),
        AccountKind("two_factor_off", withLink: false),
        AccountKind("recovery_codes_renewed", withLink: false),
        AccountKind("recovery_code_used", withLink: false),
        AccountKind("session_stolen", withLink: false),
    }.ToDictionary(x => x.Name);

    /// <summary>Every kind, in the order of the preview.</summary>
    public static IReadOnlyList<ILetterKind> All { get; } =
    [
        OrderConfirmed, OrderPacked, OrderShipped, OrderDelivered, OrderCancelled, OrderRefunded, PaymentDeclined, PaymentActionRequired,
        OrderLink, BackInStock, PriceDropped, CartReminder, Welcome, .. Account.Values, AccountChanged, PersonalDataReady, LowStock,
        ReviewWaiting,
    ];

    /// <summary>The kinds that a recipient can stop.</summary>
    public static IReadOnlyList<ILetterKind> Optional { get; } = [.. All.Where(x => x.Choice != LetterChoice.None)];

    /// <summary>Whether nobody gets mails of this kind without having asked for them.</summary>
    public static bool NeedsConsent(string kind) => Optional.Any(x => x.Name == kind && x.Choice == LetterChoice.Consent);

    /// <summary>
    /// The letter about what happened to an account. Core may be deployed first, with a kind that is newer than this list.
    /// </summary>
    public static LetterKind<AccountNotice> OfAccount(string kind) => Account.GetValueOrDefault(kind, AccountChanged);

    private static LetterKind<AccountNotice> AccountKind(string name, bool withLink) => new(name, new(
        Guid.Empty, Guid.Empty, name, Email, Person, "https://shop.aarya.example/account#token=sample", At, Languages.English))
    {
        HoldsLink = withLink,
    };
}
