using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.Analytics;

/// <summary>How often each step towards a purchase was made. A visitor may make a step several times.</summary>
/// <param name="ProductViews">Product pages that were shown.</param>
/// <param name="AddedToCart">Lines that were put into carts.</param>
/// <param name="Checkouts">How often the storefront showed the step of the payment.</param>
/// <param name="Purchases">Orders that were paid.</param>
/// <param name="AbandonedShare">The share of checkouts without a purchase, from 0 to 1; null without a checkout.</param>
public sealed record FunnelSteps(double ProductViews, double AddedToCart, double Checkouts, double Purchases, double? AbandonedShare);

/// <param name="Value">A source or a kind of device; empty when it is not known.</param>
/// <param name="AddedToCart">Lines that were put into carts.</param>
/// <param name="CheckoutSteps">Steps of the checkout that were shown, all of them.</param>
/// <param name="Purchases">Orders that were paid.</param>
public sealed record FunnelPart(
    string Value, double PageViews, double ProductViews, double AddedToCart, double CheckoutSteps, double Purchases);

/// <param name="Parts">By source or device, as the storefront has sent them. Absent unless <c>by</c> is given.</param>
/// <param name="Lost">Events of visitors that were left out, because there were too many at once.</param>
public sealed record FunnelReport(
    DateOnly From, DateOnly To, FunnelSteps Total, FunnelSteps Before, double Lost, IReadOnlyList<FunnelPart>? Parts = null);

/// <summary>From the product page to the purchase. With <c>format=csv</c> the answer is a CSV file.</summary>
[Authorize("admin")]
public static class GetFunnelEndpoint
{
    private static readonly string[] Kinds =
        [CountKinds.ProductView, CountKinds.AddToCart, CountKinds.Purchase, CountKinds.Lost];

    public static ProblemDetails Validate(DateOnly? from, DateOnly? to, string? format, TimeProvider time) =>
        Csv.Validate(format) ?? DayRange.Validate(from, to, time.GetUtcNow());

    [WolverineGet("/api/admin/analytics/funnel")]
    [ProducesResponseType<FunnelReport>(StatusCodes.Status200OK)]
    public static async Task<IResult> Get(
        DateOnly? from, DateOnly? to, VisitDivision? by, string? format, DailyCounts counts, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var range = DayRange.Of(from, to, now);
        var (total, lost) = await StepsAsync(range, counts, cancellation);
        var (before, _) = await StepsAsync(range.Before, counts, cancellation);
        var report = new FunnelReport(
            range.From, range.To, total, before, lost, by is { } division ? await PartsAsync(range, division, counts, cancellation) : null);
        return format is null ? Results.Json(report) : ToCsv(report);
    }

    private static async Task<(FunnelSteps Steps, double Lost)> StepsAsync(
        DayRange range, DailyCounts counts, CancellationToken cancellation)
    {
        var sums = await counts.SumsAsync(range, Kinds, "", cancellation);
        var steps = await counts.SumsAsync(range, [CountKinds.CheckoutStep], CountKinds.LastStep, cancellation);
        var checkouts = steps.GetValueOrDefault(CountKinds.CheckoutStep);
        var purchases = Of(CountKinds.Purchase);
        return (
            new(Of(CountKinds.ProductView), Of(CountKinds.AddToCart), checkouts, purchases,
                checkouts > 0 ? Math.Clamp(1 - (purchases / checkouts), 0, 1) : null),
            Of(CountKinds.Lost));

        double Of(string kind) => sums.GetValueOrDefault(kind);
    }

    private static async Task<IReadOnlyList<FunnelPart>> PartsAsync(
        DayRange range, VisitDivision by, DailyCounts counts, CancellationToken cancellation)
    {
        string[] kinds =
            [CountKinds.PageView, CountKinds.ProductView, CountKinds.AddToCart, CountKinds.CheckoutStep, CountKinds.Purchase];
        var sums = await counts.PerValueAsync(range, by, kinds, cancellation);
        // What exceeds the parts of a report is chosen by purchases: anyone can send views from made-up sources.
        return
        [
            .. VisitParts.Of(sums, CountKinds.Purchase, CountKinds.ProductView, CountKinds.PageView)
                .Select(x => new FunnelPart(
                    x.Value, Of(x, CountKinds.PageView), Of(x, CountKinds.ProductView), Of(x, CountKinds.AddToCart),
                    Of(x, CountKinds.CheckoutStep), Of(x, CountKinds.Purchase)))
                .OrderByDescending(x => x.PageViews + x.ProductViews).ThenBy(x => x.Value, StringComparer.Ordinal),
        ];

        static double Of(VisitPart part, string kind) => part.Sums.GetValueOrDefault(kind);
    }

    private static IResult ToCsv(FunnelReport report) => report.Parts is { } parts
        ? Csv.Of("funnel", ["value", "page_views", "product_views", "added_to_cart", "checkout_steps", "purchases"],
            parts.Select(x => new[]
            {
                x.Value, Csv.Number(x.PageViews), Csv.Number(x.ProductViews), Csv.Number(x.AddedToCart), Csv.Number(x.CheckoutSteps),
                Csv.Number(x.Purchases),
            }))
        : Csv.Of("funnel", ["period", "product_views", "added_to_cart", "checkouts", "purchases", "abandoned_share"],
            new[] { (Period: "total", Steps: report.Total), (Period: "before", Steps: report.Before) }.Select(x => new[]
            {
                x.Period, Csv.Number(x.Steps.ProductViews), Csv.Number(x.Steps.AddedToCart), Csv.Number(x.Steps.Checkouts),
                Csv.Number(x.Steps.Purchases), x.Steps.AbandonedShare is { } share ? Csv.Number(share) : "",
            }));
}
