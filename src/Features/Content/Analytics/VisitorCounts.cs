using System.Globalization;
using System.Text;
using Aarya.Features.Content.Contracts;

namespace Aarya.Features.Content.Analytics;

/// <summary>What the events of visitors count as.</summary>
public static class VisitorCounts
{
    private const int LongestQuery = 60;
    private const int MostWords = 8;
    private const int MostDigits = 4;

    private static readonly TimeSpan Latest = TimeSpan.FromDays(7);

    /// <param name="weight">Called once per event: how many events it stands for, 0 when it is left out.</param>
    public static VisitorCountsNotice Of(SendEvents sent, Func<int> weight, DateTimeOffset now)
    {
        Dictionary<(DateOnly, string, string), double> counts = [];
        foreach (var visited in sent.Events)
        {
            if (weight() is not (> 0 and var count)) continue;
            var day = IndianDay.Of(visited.At is { } at && at <= now && at > now - Latest ? at : now);
            foreach (var key in Of(visited).Select(x => (day, x.Kind, x.Subject))) counts[key] = counts.GetValueOrDefault(key) + count;
        }

        return new(sent.Source ?? "", sent.Device is { } device ? Word(device) : "",
            [.. counts.Select(x => new VisitorCount(x.Key.Item1, x.Key.Item2, x.Key.Item3, x.Value))]);
    }

    private static IEnumerable<(string Kind, string Subject)> Of(VisitorEvent visited) => visited.Kind switch
    {
        VisitorEventKind.PageView => [(CountKinds.PageView, visited.Path!)],
        VisitorEventKind.ProductView => [(CountKinds.ProductView, $"{visited.ProductId:D}")],
        VisitorEventKind.CheckoutStep => [(CountKinds.CheckoutStep, Word(visited.Step!.Value))],
        VisitorEventKind.Search when visited.Results == 0 =>
            [(CountKinds.Search, Query(visited.Query!)), (CountKinds.SearchWithoutResults, Query(visited.Query!))],
        VisitorEventKind.Search => [(CountKinds.Search, Query(visited.Query!))],
        _ => throw new InvalidOperationException($"There is no count of {visited.Kind}."),
    };

    /// <summary>
    /// The words of a search in lower case; empty when it may contain personal data: an address, more digits than a price has, or as
    /// many words as a sentence.
    /// </summary>
    private static string Query(string query)
    {
        var text = NormalForm.Of(query, NormalizationForm.FormKC).ToLowerInvariant();
        if (text.Contains('@', StringComparison.Ordinal)) return "";
        var words = string.Concat(text.EnumerateRunes().Select(x => IsOfWord(x) ? x.ToString() : " "))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var plain = string.Join(' ', words);
        return words.Length > MostWords || plain.Length > LongestQuery || plain.Count(char.IsDigit) > MostDigits ? "" : plain;
    }

    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
