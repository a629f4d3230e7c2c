namespace Aarya.Features;

/// <summary>The event streams of the shop, by their names on the wire.</summary>
public static class Streams
{
    public const string Users = "user_events";
    public const string Products = "product_events";
    public const string Orders = "order_events";
    public const string Payments = "payment_events";
    public const string Analytics = "analytics";

    /// <summary>What staff did, for the audit trail.</summary>
    public const string Audit = "audit";
}
