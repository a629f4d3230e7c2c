using System.Globalization;
using System.Net;
using System.Text;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Search.Popular;

/// <summary>
/// Counts what shoppers search for and find, to suggest it to others. A count halves in a week. A text is suggested from three searches of
/// different networks or hours on. No text is counted that has numbers, or words which no product has, so that none contains personal data.
/// </summary>
public sealed class PopularSearches(ISearchStore store, TimeProvider time)
{
    private const int LongestText = 60;

    // Three searches within a day, more if they are further apart.
    private const double Least = 2.7;
    private const int MostSuggested = 5_000;
    private const int MostStored = 50_000;

    // Per process, between two writes: more is not counted.
    private const int MostUnwritten = 1_000;

    private static readonly TimeSpan Half = TimeSpan.FromDays(7);

    private readonly DecayedCounts<string> counts = new(store, ("search.popular_search", "text"), Half, MostUnwritten);
    private readonly OncePerHour<string> once = new(time);
    private volatile Suggested suggested = new([]);

    /// <summary>Counts a search, once per hour for each network that makes it.</summary>
    /// <param name="text">As it was typed.</param>
    /// <param name="isOfProducts">True for a word that a product has.</param>
    /// <param name="client">The client's address; it is kept in memory for at most an hour.</param>
    public void Count(string text, Func<string, bool> isOfProducts, IPAddress? client)
    {
        var plain = Plain(text);
        if (plain.Length is < 2 or > LongestText) return;
        var words = Words.Compounded(Words.Of(text));
        if (words.Count > Words.Most || Words.Telling(words).Any(x => !IsKnown(x.Joined) && !x.Parts.All(IsKnown))) return;

        if (once.Counts(plain, client)) counts.Add(plain);

        bool IsKnown(string word) => isOfProducts(word) || Lexicon.Has(word);
    }

    /// <summary>The most popular searches that begin with the text, which may be incomplete.</summary>
    public IEnumerable<string> Beginning(string text, int limit)
    {
        var plain = Plain(text);
        if (plain.Length == 0) return [];
        var all = suggested.ByText;
        var from = all.BinarySearch((plain, 0), Comparer<(string Text, double)>.Create((a, b) => string.CompareOrdinal(a.Text, b.Text)));
        return all.Skip(from < 0 ? ~from : from).TakeWhile(x => x.Text.StartsWith(plain, StringComparison.Ordinal))
            .Where(x => x.Text != plain).OrderByDescending(x => x.Weight).ThenBy(x => x.Text, StringComparer.Ordinal).Take(limit)
            .Select(x => x.Text);
    }

    /// <summary>Adds the counts of this process to those in the database.</summary>
    public Task WriteAsync(CancellationToken cancellation)
    {
        once.Forget();
        return counts.WriteAsync(cancellation);
    }

    /// <summary>Reads what is suggested, and deletes the least popular of too many searches.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new(
            $"""
            delete from search.popular_search where text in (
              select text from search.popular_search
              where text in (select text from search.popular_search as known order by {counts.Decayed} desc offset $1)
              order by text for update)
            """)
        { Parameters = { new() { Value = MostStored } } });
        batch.BatchCommands.Add(new(
            $"""
            select text, weight from (select text, {counts.Decayed} as weight from search.popular_search as known) as decayed
            where weight >= $1 order by weight desc limit $2
            """)
        { Parameters = { new() { Value = Least }, new() { Value = MostSuggested } } });
        List<(string Text, double Weight)> read = [];
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) read.Add((reader.GetString(0), reader.GetDouble(1)));
        read.Sort((a, b) => string.CompareOrdinal(a.Text, b.Text));
        suggested = new(read);
    }

    // In lower case, with only the signs that words contain.
    private static string Plain(string text) => string.Join(' ', string.Concat(Folding.Fold(text).EnumerateRunes()
            .Select(x => Rune.IsLetterOrDigit(x) || Rune.GetUnicodeCategory(x) is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark || x.Value is '-' or '\'' or '&' or '.' ? x.ToString() : " "))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private sealed record Suggested(List<(string Text, double Weight)> ByText);
}
