namespace Aarya.Features.Search.Engine;

/// <summary>A shopper's text, as every engine searches for it: each word with the words that may stand for it.</summary>
/// <param name="Whole">The whole text as one word: the product of this name or SKU comes first.</param>
/// <param name="Terms">The words, in the order of the text.</param>
internal sealed record SoughtText(string Whole, IReadOnlyList<SoughtTerm> Terms)
{
    /// <summary>
    /// False when words of the text are missing here: then the description alone, which also mentions other things, is not enough.
    /// </summary>
    public bool HasAllWords { get; init; } = true;

    /// <summary>The whole text as a barcode; null when it is none. The product with it comes first.</summary>
    public string? Barcode => Barcodes.TryRead(Whole, out var barcode) ? IndexedWords.WholeMark + barcode : null;

    /// <summary>The words that are no longer required.</summary>
    public IReadOnlyList<string> Ignored { get; private init; } = [];

    /// <summary>A product must have each of them, unless its whole name or SKU begins with the text, or the text is its barcode.</summary>
    public IEnumerable<SoughtTerm> Required => Terms.Where(x => x.IsRequired);

    /// <summary>Null when the text contains nothing that a product could be found by.</summary>
    /// <param name="words">The words of the text, without the words of a price.</param>
    public static SoughtText? Of(string text, IReadOnlyList<Word> words)
    {
        var whole = Words.Whole(text);
        if (whole.Length == 0) return null;
        // A word that is there twice says nothing more, and must not take the place of another.
        var terms = Words.Telling([.. words.DistinctBy(x => x.Joined)]).Select(x => SoughtTerm.Of(words, x)).ToList();
        // Words that only say for whom, or that something is wanted, are not required beside others.
        if (terms.Exists(x => x.Kind != WordKind.Aside)) terms = [.. terms.Select(x => x with { IsRequired = x.Kind != WordKind.Aside })];
        return new(whole, terms);
    }

    /// <summary>The text with what the index knows about each of its words.</summary>
    /// <param name="known">
    /// Per word: whether a product on sale has the word, and whether a product on sale has a word that starts with it.
    /// </param>
    /// <param name="typing">True while the last word may be incomplete although it is a word.</param>
    /// <remarks>A complete word is not taken for the beginning of others: "bag" does not find what comes from Bagru.</remarks>
    public SoughtText Known(IReadOnlyList<(bool IsWord, bool IsPrefix)> known, bool typing) => this with
    {
        Terms =
        [
            .. Terms.Zip(known, (term, x) => term with
            {
                IsKnown = x.IsWord || x.IsPrefix,
                MatchesPrefix = !x.IsWord || (typing && ReferenceEquals(term, Terms[^1])),
            }),
        ],
    };

    /// <summary>The least important of the required words is no longer required; null when only one is left.</summary>
    public SoughtText? WithoutOne()
    {
        var required = Required.ToList();
        if (required.Count < 2) return null;
        // Of equals the first: the thing itself is named last.
        var least = required.OrderBy(x => x.IsKnown).ThenBy(x => x.Kind).First();
        return Without([least]);
    }

    /// <summary>The text without these words as required ones.</summary>
    /// <param name="optional">See <see cref="Optional"/>.</param>
    public SoughtText Without(ushort optional) =>
        optional == 0 ? this : Without([.. Terms.Where((_, i) => (optional & (1 << i)) != 0)]);

    /// <summary>A bit for each word, in the order of the text, that is no longer required.</summary>
    public ushort Optional => (ushort)Terms.Index().Where(x => Ignored.Contains(x.Item.Word.Joined)).Sum(x => 1 << x.Index);

    private SoughtText Without(IReadOnlyList<SoughtTerm> optional) => this with
    {
        Terms = [.. Terms.Select(x => optional.Contains(x) ? x with { IsRequired = false } : x)],
        HasAllWords = false,
        Ignored = [.. Ignored, .. optional.Select(x => x.Word.Joined)],
    };
}

/// <summary>One word of the text, and what finds it.</summary>
/// <param name="Exact">The word itself.</param>
/// <param name="Same">Words with the same meaning.</param>
/// <param name="Narrower">Words with a narrower meaning.</param>
/// <param name="Prefixes">Words that begin like this one.</param>
internal sealed record SoughtTerm(
    Word Word, WordKind Kind, IReadOnlyList<Phrase> Exact, IReadOnlyList<Phrase> Same, IReadOnlyList<Phrase> Narrower,
    IReadOnlyList<Phrase> Prefixes)
{
    // What these words count against the word itself.
    private const float SameCounts = 0.9f;
    private const float NarrowerCounts = 0.6f;
    private const float BeginningCounts = 0.5f;

    /// <summary>False for a word that a product may lack.</summary>
    public bool IsRequired { get; init; } = true;

    /// <summary>A product on sale has it.</summary>
    public bool IsKnown { get; init; }

    /// <summary>Words that only begin like this one find products, too.</summary>
    public bool MatchesPrefix { get; init; } = true;

    /// <summary>All but the beginnings of words.</summary>
    public IEnumerable<Phrase> Complete => [.. Exact, .. Same, .. Narrower];

    public IEnumerable<Phrase> Any => MatchesPrefix ? [.. Complete, .. Prefixes] : Complete;

    /// <summary>What makes a category one that is sought.</summary>
    public IEnumerable<Phrase> InCategory => [.. Exact, .. Prefixes.Where(x => x.Words.Count == 1), .. Same];

    /// <summary>How much the word counts for the rank.</summary>
    public float Weight => Kind switch { WordKind.Thing => 1.5f, WordKind.Aside => 0.3f, _ => 1f };

    /// <summary>What finds the word, each with what it counts against the word itself.</summary>
    public IEnumerable<(IReadOnlyList<Phrase> Phrases, float Counts)> Ranked =>
        new[] { (Exact, 1f), (Same, SameCounts), (Narrower, NarrowerCounts), (MatchesPrefix ? Prefixes : [], BeginningCounts) }
            .Where(x => x.Item1.Count > 0);

    public static SoughtTerm Of(IReadOnlyList<Word> all, Word word)
    {
        var joined = Joined(all, word);
        List<Phrase> exact = [.. joined.Select(x => new Phrase([x]))];
        List<Phrase> begins = [.. joined.Select(x => new Phrase([x]) { IsPrefix = true })];
        if (word.Parts.Count is > 1 and <= Words.Most)
        {
            exact.Add(new(word.Parts));
            // A part before a hyphen is complete, and one letter is too short for the beginning of a word.
            begins.Add(new(word.Parts) { IsPrefix = word.Parts[^1].Length > 1 });
        }

        if (Barcodes.TryRead(word.Joined, out var barcode)) exact.Add(new([barcode]));
        var kind = Lexicon.KindOf(word.Joined);
        return new(word, kind, exact, Others(Lexicon.SameAs(word.Joined)), Others(Lexicon.NarrowerThan(word.Joined)), begins);

        // Other words for a thing count in the name and the category: a description mentions what goes with it. Those for a size count
        // only where sizes are.
        IReadOnlyList<Phrase> Others(IEnumerable<string> words) =>
        [
            .. words.SelectMany(x => Lexicon.PartsOf(x) is { Count: > 0 } parts ? [[x], parts] : new IReadOnlyList<string>[] { [x] })
                .Select(x => new Phrase(x) { InNameOrCategory = kind == WordKind.Thing, InTraits = Lexicon.IsSize(word.Joined) }),
        ];
    }

    // A word is also found joined with its neighbour, and single letters also as one abbreviation.
    private static List<string> Joined(IReadOnlyList<Word> all, Word word)
    {
        var at = 0;
        while (!ReferenceEquals(all[at], word)) at++;
        List<string> joined = [word.Joined];
        if (at > 0) joined.Add(Words.Cap(all[at - 1].Joined + word.Joined));
        if (at < all.Count - 1) joined.Add(Words.Cap(word.Joined + all[at + 1].Joined));
        if (word.Joined.Length == 1)
        {
            var (first, last) = (at, at);
            while (first > 0 && all[first - 1].Joined.Length == 1) first--;
            while (last < all.Count - 1 && all[last + 1].Joined.Length == 1) last++;
            if (last - first > 1) joined.Add(string.Concat(all.Skip(first).Take(last - first + 1).Select(x => x.Joined)));
        }

        return joined;
    }
}

/// <summary>Words that a product must have, all of them.</summary>
internal sealed record Phrase(IReadOnlyList<string> Words)
{
    /// <summary>The last of the words may be the beginning of one.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>True when the description, the colours, sizes and SKUs do not count.</summary>
    public bool InNameOrCategory { get; init; }

    /// <summary>True when only the materials, colours, sizes and SKUs count.</summary>
    public bool InTraits { get; init; }
}
