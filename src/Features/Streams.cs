using Aarya.Infrastructure.Messaging.Streams.Entries;

namespace Aarya.Features;

/// <summary>The event streams of the shop, by their names on the wire.</summary>
public static class Streams
{
    public const string Users = "user_events";
    public const string Products = "product_events";
    public const string Orders = "order_events";
    public const string Payments = "payment_events";
    public const string Analytics = "analytics";

    /// <summary>News that many people wait for: a hundred thousand of them delay nothing else.</summary>
    public const string Notifications = "notifications";

    /// <summary>What staff did, for the audit trail.</summary>
    public const string Audit = "audit";

    /// <summary>
    /// How long each stream keeps its entries; docs/streams.md repeats this table, and a spec compares them. Who writes and who reads a
    /// stream, and whether it contains personal data, follows from the events that the contexts declare.
    /// </summary>
    public static IReadOnlyList<StreamPolicy> All { get; } =
    [
        new(Users, Cap: 100_000, Hours: 24),
        new(Products, Cap: 100_000, Hours: 24),
        new(Orders, Cap: 50_000, Hours: 7 * 24, IsArchived: true),
        new(Payments, Cap: 50_000, Hours: 30 * 24, IsArchived: true),
        new(Analytics, Cap: 1_000_000, Hours: 1, Megabytes: 40),
        new(Notifications, Cap: 100_000, Hours: 7 * 24),
        new(Audit, Cap: 10_000, Hours: 24),
    ];
}
