namespace Aarya.Infrastructure.Messaging;

/// <summary>The event streams, by their names on the wire.</summary>
public static class Streams
{
    public const string Users = "user_events";
    public const string Products = "product_events";
    public const string Orders = "order_events";
    public const string Payments = "payment_events";
    public const string Analytics = "analytics";
    public const string Notifications = "notifications";

    /// <summary>What staff did, for the audit trail.</summary>
    public const string Audit = "audit";

    /// <summary>The streams whose events may contain personal data.</summary>
    public static IReadOnlyList<string> Personal { get; } = [Users, Orders];

    public static IReadOnlyList<string> All { get; } = [Users, Products, Orders, Payments, Analytics, Notifications, Audit];
}
