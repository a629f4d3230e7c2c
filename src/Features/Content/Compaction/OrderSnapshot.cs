using System.Text.Json;
using Aarya.Infrastructure.Messaging.Streams;

namespace Aarya.Features.Content.Compaction;

/// <summary>
/// An order as the archived events of one stream describe it, without the person. Each event sets members of its own, so that the order in
/// which events arrive does not matter.
/// </summary>
public sealed record OrderSnapshot(Guid OrderId)
{
    public string? Number { get; init; }

    public Money? Total { get; init; }

    public IReadOnlyList<SoldLine> Lines { get; init; } = [];

    public DateTimeOffset? PlacedAt { get; init; }

    public DateTimeOffset? ConfirmedAt { get; init; }

    public DateTimeOffset? PackedAt { get; init; }

    public DateTimeOffset? ShippedAt { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    public DateTimeOffset? CancelledAt { get; init; }

    public string? CancelledFor { get; init; }

    /// <summary>What was captured, in the minor unit of the total.</summary>
    public long CapturedMinor { get; init; }

    /// <summary>What was refunded, in the minor unit of the total.</summary>
    public long RefundedMinor { get; init; }

    /// <summary>The snapshot after one more event.</summary>
    /// <param name="type">The event's name on the wire.</param>
    public OrderSnapshot With(string type, JsonElement body) => type switch
    {
        "commerce.order_placed.v1" => this with
        {
            Number = Read<string>(body, "number"),
            Total = Read<Money?>(body, "total"),
            Lines = Read<IReadOnlyList<SoldLine>>(body, "lines") ?? [],
            PlacedAt = Read<DateTimeOffset?>(body, "placedAt"),
        },
        "commerce.order_confirmed.v1" => this with { ConfirmedAt = At(body) },
        "commerce.order_packed.v1" => this with { PackedAt = At(body) },
        "commerce.order_shipped.v1" => this with { ShippedAt = At(body) },
        "commerce.order_delivered.v1" => this with { DeliveredAt = At(body) },
        "commerce.order_cancelled.v1" => this with { CancelledAt = At(body), CancelledFor = Read<string>(body, "reason") },
        "payment.payment_captured.v1" => this with { CapturedMinor = CapturedMinor + Amount(body) },
        "payment.payment_refunded.v1" => this with { RefundedMinor = RefundedMinor + Amount(body) },
        _ => this,
    };

    private static DateTimeOffset? At(JsonElement body) => Read<DateTimeOffset?>(body, "at");

    private static long Amount(JsonElement body) => Read<Money?>(body, "amount")?.Minor ?? 0;

    private static T? Read<T>(JsonElement body, string member) =>
        body.TryGetProperty(member, out var value) ? value.Deserialize<T>(StreamJson.Options) : default;
}

/// <summary>A line of a sold order.</summary>
public sealed record SoldLine(string Sku, string Name, int Quantity, Money UnitPrice);
