using System.Text.Json;
using Aarya.Infrastructure.Messaging.Streams;

namespace Aarya.Features.Content.Compaction;

/// <summary>How often something happened on a day.</summary>
/// <param name="Day">By the calendar of India.</param>
/// <param name="Kind">What happened, such as <c>add_to_cart</c>.</param>
/// <param name="Subject">What it happened to, such as a SKU; empty when it has no subject.</param>
/// <param name="Source">Where the shopper came from; empty when that is not known.</param>
/// <param name="Device">The kind of the shopper's device; empty when that is not known.</param>
internal sealed record DayKey(DateOnly Day, string Kind, string Subject, string Source, string Device);

/// <summary>What the entries of the stream <c>analytics</c> count as.</summary>
internal static class AnalyticsCounts
{
    private static readonly TimeZoneInfo India = TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata");

    /// <summary>The counts of these entries. An entry that cannot be read counts as nothing.</summary>
    /// <param name="unreadable">Called for each such entry.</param>
    public static IReadOnlyDictionary<DayKey, double> Of(IEnumerable<StreamRecord> entries, Action<StreamRecord, Exception> unreadable)
    {
        Dictionary<DayKey, double> counts = [];
        foreach (var entry in entries)
        {
            try
            {
                foreach (var (key, count) in Of(entry)) counts[key] = counts.GetValueOrDefault(key) + count;
            }
            catch (Exception e) when (e is JsonException or FormatException or OverflowException)
            {
                unreadable(entry, e);
            }
        }

        return counts;
    }

    /// <summary>The day of a time by the calendar of India.</summary>
    public static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, India).DateTime);

    private static IReadOnlyList<(DayKey, double)> Of(StreamRecord entry) => entry.Type switch
    {
        "commerce.cart_changed.v1" => Of(JsonSerializer.Deserialize<CartChanged>(entry.Fields["body"], StreamJson.Options)!),
        _ => [],
    };

    // What was added by hand; a merge of a guest's cart adds what was counted before.
    private static IReadOnlyList<(DayKey, double)> Of(CartChanged cart) => cart.Change is not ("add" or "set") ? [] :
    [
        .. cart.Lines.Where(x => x.Quantity > x.Was)
            .Select(x => (new DayKey(DayOf(cart.At), "add_to_cart", x.Sku, "", ""), 1.0)),
    ];

    private sealed record CartChanged(string Change, IReadOnlyList<CartLine> Lines, DateTimeOffset At);

    private sealed record CartLine(string Sku, int Was, int Quantity);
}
