using System.Text.Json.Serialization;
using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Content.Contracts;

/// <summary>A SKU of which few pieces are left.</summary>
/// <param name="Available">How many can still be ordered.</param>
public sealed record LowSku(string Sku, string Name, int Available);

/// <summary>SKUs have become low in stock since the last of these reports.</summary>
/// <param name="Items">The SKUs with the fewest pieces.</param>
/// <param name="Count">How many SKUs there are, also those that <paramref name="Items"/> leaves out.</param>
/// <param name="Threshold">The most pieces that count as low.</param>
[WireEvent("commerce.stock_low.v1", Streams.Products)]
public sealed record StockLowNotice(Guid ReportId, IReadOnlyList<LowSku> Items, int Count, int Threshold, DateTimeOffset At)
{
    [JsonIgnore]
    public int More => Count - Items.Count;
}

/// <summary>The fraud rules hold a payment back until staff have reviewed it.</summary>
/// <param name="ChargeNumber">Which of the order's charges it is, starting at 1.</param>
/// <param name="ExpiresAt">When the order is cancelled.</param>
[WireEvent("payment.review_waiting.v1", Streams.Payments)]
public sealed record ReviewWaitingNotice(
    Guid OrderId, string Number, Money Amount, int Score, IReadOnlyList<string> Reasons, int ChargeNumber, DateTimeOffset ExpiresAt,
    DateTimeOffset At);
