using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Commerce.Contracts;

/// <summary>A SKU of which few pieces are left.</summary>
/// <param name="Available">How many can still be ordered.</param>
public sealed record LowSku(string Sku, string Name, int Available);

/// <summary>SKUs have become low in stock since the last of these reports.</summary>
/// <param name="ReportId">One per report.</param>
/// <param name="Items">The SKUs with the fewest pieces.</param>
/// <param name="Count">How many SKUs there are, also those that <paramref name="Items"/> leaves out.</param>
/// <param name="Threshold">The most pieces that count as low.</param>
[WireEvent("commerce.stock_low.v1", Streams.Products)]
public sealed record StockLowNotice(Guid ReportId, IReadOnlyList<LowSku> Items, int Count, int Threshold, DateTimeOffset At);
