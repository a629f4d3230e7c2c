using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.Analytics;

/// <summary>The sales of visits from one source, or on one kind of device.</summary>
/// <param name="Value">The source or the kind of device; empty when it is not known.</param>
/// <param name="AverageOrder">The revenue per order; absent without an order.</param>
/// <param name="Net">The revenue without what was refunded.</param>
public sealed record SalesOfOrigin(
    string Value, long Orders, long Items, Money Revenue, Money? AverageOrder, long Refunds, Money Refunded, Money Net);

public sealed record SalesOriginsReport(DateOnly From, DateOnly To, IReadOnlyList<SalesOfOrigin> Items);

/// <summary>
/// Sales by the source of the visit or by the kind of device, as the storefront has sent them with the checkout. The largest revenue comes
/// first; what exceeds a hundred is summed up under the value <c>(others)</c>. With <c>format=csv</c> the answer is a CSV file.
/// </summary>
[Authorize("admin")]
public static class GetSalesOriginsEndpoint
{
    public static ProblemDetails Validate(DateOnly? from, DateOnly? to, string? format, TimeProvider time) =>
        Csv.Validate(format) ?? DayRange.Validate(from, to, time.GetUtcNow());

    [WolverineGet("/api/admin/analytics/sales/origins")]
    [ProducesResponseType<SalesOriginsReport>(StatusCodes.Status200OK)]
    public static async Task<IResult> Get(
        DateOnly? from, DateOnly? to, VisitDivision? by, string? format, DailyCounts counts, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var range = DayRange.Of(from, to, now);
        var sums = await counts.PerValueAsync(range, by ?? VisitDivision.Source, CountKinds.Sales, cancellation);
        var items = VisitParts.Of(sums, CountKinds.Revenue, CountKinds.Purchase)
            .ConvertAll(x => (x.Value, Sum: SalesSum.Of(kind => x.Sums.GetValueOrDefault(kind))));
        return format is null
            ? Results.Json(new SalesOriginsReport(range.From, range.To, items.ConvertAll(x => x.Sum.OfOrigin(x.Value))))
            : Csv.Of("sales-origins", ["value", .. SalesSum.Titles], items.Select(x => (string[])[x.Value, .. x.Sum.Fields]));
    }
}
