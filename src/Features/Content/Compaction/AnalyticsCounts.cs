using System.Text.Json;
using Aarya.Features.Content.Analytics;
using Aarya.Features.Content.Contracts;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;

namespace Aarya.Features.Content.Compaction;

/// <summary>A row of the counts: of one subject, or of all subjects by source and device.</summary>
internal sealed record CountKey(DateOnly Day, string Kind, string Subject, string Source, string Device);

/// <summary>What entries count as: those of the stream <c>analytics</c>, and the orders in the archive.</summary>
internal sealed class AnalyticsCounts
{
    private readonly Dictionary<CountKey, double> counts = [];

    /// <summary>In the order of their keys: two statements that count at the same time must not wait for each other's rows.</summary>
    public IReadOnlyList<(CountKey Key, double Count)> Rows =>
    [
        .. counts.Select(x => (x.Key, x.Value)).OrderBy(x => x.Key.Day).ThenBy(x => x.Key.Kind, StringComparer.Ordinal)
            .ThenBy(x => x.Key.Subject, StringComparer.Ordinal).ThenBy(x => x.Key.Source, StringComparer.Ordinal)
            .ThenBy(x => x.Key.Device, StringComparer.Ordinal),
    ];

    /// <summary>Adds what an entry counts as: nothing for a type that is not counted.</summary>
    /// <exception cref="JsonException">The entry cannot be read.</exception>
    public void Add(StreamRecord entry)
    {
        switch (entry.Type)
        {
            case VisitorCountsNotice.Type:
                var sent = Read<VisitorCountsNotice>(entry);
                foreach (var count in sent.Counts) Add(new(count.Day, count.Kind, count.Subject, sent.Source, sent.Device), count.Count);
                break;
            case "commerce.cart_changed.v1":
                var cart = Read<CartChanged>(entry);
                // What was added by hand; a merge of a guest's cart adds what was counted before.
                if (cart.Change is not ("add" or "set")) break;
                foreach (var line in cart.Lines.Where(x => x.Quantity > x.Was)) Add(cart, CountKinds.AddToCart, line.Sku, 1);
                break;
            case "commerce.order_confirmed.v1":
                var order = Read<OrderConfirmed>(entry);
                Add(order, CountKinds.Purchase, "", 1);
                Add(order, CountKinds.Revenue, "", order.Total.Minor);
                foreach (var line in order.Lines)
                {
                    Add(order, CountKinds.PurchasedItem, line.Sku, line.Quantity);
                    Add(order, CountKinds.RevenueOfItem, line.Sku, line.UnitPrice.Minor * (double)line.Quantity);
                }

                break;
            case "commerce.order_refunded.v1":
                var refund = Read<OrderRefunded>(entry);
                Add(refund, CountKinds.Refund, "", 1);
                Add(refund, CountKinds.Refunded, "", refund.Amount.Minor);
                break;
        }
    }

    /// <summary>Adds a count on the day of this time, by the calendar of India.</summary>
    public void Add(DateTimeOffset at, string kind, string subject, double count) =>
        Add(new(IndianDay.Of(at), kind, subject, "", ""), count);

    private void Add(FactOfVisit fact, string kind, string subject, double count) =>
        Add(new(IndianDay.Of(fact.At), kind, subject, fact.Source ?? "", fact.Device ?? ""), count);

    // By subject, and by source and device, but not by all of them together: a year of such rows could not be read in a moment.
    private void Add(CountKey key, double count)
    {
        SumDayAndMonth(key with { Subject = "" }, count);
        if (CountKinds.Sales.Contains(key.Kind)) Sum(new(key.Day, CountKinds.OfDay(key.Kind), "", "", ""), count);
        if (key.Subject.Length > 0) SumDayAndMonth(key with { Source = "", Device = "" }, count);
    }

    private void SumDayAndMonth(CountKey key, double count)
    {
        Sum(key, count);
        Sum(key with { Day = CountKinds.MonthOf(key.Day), Kind = CountKinds.OfMonth(key.Kind) }, count);
    }

    private void Sum(CountKey key, double count) => counts[key] = counts.GetValueOrDefault(key) + count;

    private static T Read<T>(StreamRecord entry) =>
        JsonSerializer.Deserialize<T>(entry.Fields.GetValueOrDefault("body") ?? "", StreamJson.Options)
            ?? throw new JsonException("The body is null.");

    private abstract record FactOfVisit(DateTimeOffset At, string? Source, string? Device);

    private sealed record CartChanged(
        string Change, IReadOnlyList<CartLine> Lines, DateTimeOffset At, string? Source = null, string? Device = null)
        : FactOfVisit(At, Source, Device);

    private sealed record CartLine(string Sku, int Was, int Quantity);

    private sealed record OrderConfirmed(
        Money Total, IReadOnlyList<OrderLine> Lines, DateTimeOffset At, string? Source = null, string? Device = null)
        : FactOfVisit(At, Source, Device);

    private sealed record OrderLine(string Sku, int Quantity, Money UnitPrice);

    private sealed record OrderRefunded(Money Amount, DateTimeOffset At, string? Source = null, string? Device = null)
        : FactOfVisit(At, Source, Device);
}
