using System.Globalization;
using Npgsql;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// The words that a product is found by, each with its place and weight in a tsvector: A its name, B its category and those above, C its
/// materials, colours, sizes, SKUs and barcodes, D its description. Each word is indexed by its parts, joined, and joined with the next
/// word, so that <c>tshirt</c> and <c>t shirt</c> both find it.
/// </summary>
internal sealed class IndexedWords
{
    /// <summary>Marks a whole name or SKU, to distinguish it from a word.</summary>
    public const string WholeMark = "=";

    // The weight of two joined words: they begin like the first word, and must add little to its rank.
    private const char InOne = 'D';

    private const int ShortestKnown = 3;
    private const int LongestKnown = 40;

    private readonly HashSet<(string Word, string Place)> placed = [];
    private readonly HashSet<string> known = [];
    private int position = 1;

    private IndexedWords()
    {
    }

    public string[] Words => [.. placed.Select(x => x.Word)];

    /// <summary>The place and weight of each of <see cref="Words"/>, such as 3A.</summary>
    public string[] Places => [.. placed.Select(x => x.Place)];

    /// <summary>The whole name, the SKUs and the barcodes, each as one word.</summary>
    public IReadOnlyList<string> Whole =>
        [.. placed.Select(x => x.Word).Where(x => x.StartsWith(WholeMark, StringComparison.Ordinal)).Select(x => x[1..]).Distinct()];

    /// <summary>The words that a typo may have meant: no numbers, no codes.</summary>
    public IReadOnlyCollection<string> Known => known;

    public static IndexedWords Of(ProductDocument product)
    {
        var (name, variants) = (product.Name, product.Variants);
        var indexed = new IndexedWords();
        indexed.Place(WholeMark + Engine.Words.Whole(name), 'A');
        indexed.AddText(name, 'A');
        foreach (var category in (product.Ancestors ?? []).Prepend(product.Category)) indexed.AddText(category, 'B');
        foreach (var material in product.Materials ?? []) indexed.AddText(material, 'C');
        foreach (var colour in variants.Select(x => x.Colour).Distinct()) indexed.AddText(colour, 'C');
        foreach (var size in variants.Select(x => x.Size).Distinct()) indexed.AddText(size, 'C', canBeMeant: false);
        foreach (var sku in variants.Select(x => Engine.Words.Whole(x.Sku)))
        {
            indexed.Place(sku, 'C');
            indexed.Place(WholeMark + sku, 'C');
            indexed.position++;
        }

        foreach (var printed in variants.Select(x => x.Barcode ?? "").Distinct())
        {
            if (!Barcodes.TryRead(printed, out var barcode)) continue;
            indexed.Place(barcode, 'C');
            indexed.Place(WholeMark + barcode, 'C');
            indexed.position++;
        }

        indexed.AddText(product.Description, 'D', pairs: false);
        return indexed;
    }

    /// <summary>The words of a category, and the stem of each.</summary>
    public static IReadOnlySet<string> OfCategory(string category)
    {
        var indexed = new IndexedWords();
        indexed.AddText(category, 'B', pairs: false);
        return indexed.placed.SelectMany(x => new[] { x.Word, EnglishStem.Of(x.Word) }).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The words of one weight, separated by spaces, without whole names and SKUs.</summary>
    public string In(char weight) => string.Join(' ', placed.Where(x => x.Place[^1] == weight).Select(x => x.Word)
        .Where(x => !x.StartsWith(WholeMark, StringComparison.Ordinal)).Distinct());

    /// <summary>
    /// SQL that makes a tsvector of two arrays, the words and their places: each word and its English stem. It uses the text form of a
    /// tsvector, so that no parser cuts the words a second time.
    /// </summary>
    public static string Vector(string words, string places) =>
        $"""
        (select coalesce(string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''':' || place, ' '), '')::tsvector
         from unnest({words}::text[], {places}::text[]) as cut(word, place),
           lateral (select word as lexeme union select unnest(ts_lexize('english_stem', word))) as form)
        """;

    /// <summary>False for a word that no typo is corrected to: it is too short, too long, or a number.</summary>
    public static bool CanBeMeant(string word) => word.Length is >= ShortestKnown and <= LongestKnown && !word.Any(char.IsDigit);

    /// <summary>Adds words that a typo may have meant, in alphabetical order, so that two at once cannot deadlock.</summary>
    public static async Task RememberAsync(NpgsqlConnection connection, IEnumerable<string> words, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "insert into search.word (word) select distinct word from unnest($1::text[]) as word order by word on conflict do nothing",
            connection)
        { Parameters = { new() { Value = words.Distinct().ToArray() } } };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private void AddText(string text, char weight, bool pairs = true, bool canBeMeant = true)
    {
        var (part, word, initials) = ("", "", "");
        foreach (var next in Engine.Words.Of(text))
        {
            Place(next.Joined, weight);
            if (pairs && word.Length > 0) Place(word + next.Joined, InOne);
            if (canBeMeant) Know([next.Joined, .. next.Parts]);
            foreach (var nextPart in next.Parts)
            {
                Place(nextPart, weight);
                if (pairs && part.Length > 0) Place(part + nextPart, InOne);
                part = nextPart;
                position++;
            }

            word = next.Joined;
            initials = word.Length == 1 ? initials + word : "";
            if (initials.Length > 2) Place(initials, weight);
        }

        position++;
    }

    private void Place(string word, char weight) =>
        placed.Add((Engine.Words.Cap(word), string.Create(CultureInfo.InvariantCulture, $"{position}{weight}")));

    private void Know(IEnumerable<string> words) => known.UnionWith(words.Where(CanBeMeant));
}
