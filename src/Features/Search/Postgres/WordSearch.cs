using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <summary>Searches the words of the products on sale, in memory.</summary>
internal sealed class WordSearch(ProductsOnSale view) : ITextIndex
{
    private const int MostCategories = 3;

    // What a whole name or SKU adds: its product ranks before all others with the same words.
    private const float WholeRank = 1000;

    private readonly ProductsOnSale.State state = view.Now;
    private readonly Dictionary<string, int[]> forms = new(StringComparer.Ordinal);

    public Task<SoughtText> LookUpAsync(SoughtText text, bool typing, CancellationToken cancellation)
    {
        List<(bool, bool)> known = [];
        foreach (var term in text.Terms)
        {
            var isWord = Exists(FindAny(term.Complete, WordPlaces.All));
            // A complete word is not taken for the beginning of others, so beginnings are looked up only where they matter.
            var canBegin = !isWord || (typing && ReferenceEquals(term, text.Terms[^1]));
            known.Add((isWord, canBegin && Exists(FindAny(term.Prefixes, WordPlaces.All))));
        }

        return Task.FromResult(text.Known(known, typing));
    }

    public Task<SoughtText?> FirstAsync(IReadOnlyList<SoughtText> texts, CancellationToken cancellation) =>
        Task.FromResult(texts.FirstOrDefault(x => Exists(Matching(x))));

    public Task<SearchPage> PageAsync(SearchQuery query, SoughtText? text, CancellationToken cancellation) =>
        Task.FromResult(view.Page(query, text is null ? null : Hits(text)));

    public Task<IReadOnlyList<Suggestion>> SuggestAsync(SoughtText text, int limit, CancellationToken cancellation)
    {
        var categories = ProductsIn(InCategory(text)).GroupBy(x => x.Category.Text, StringComparer.Ordinal)
            .OrderByDescending(x => x.Count()).ThenBy(x => x.Key, StringComparer.Ordinal).Take(MostCategories)
            .Select(x => Suggestion.Category(x.Key));
        var products = Hits(text).OrderByDescending(x => x.Rank).ThenByDescending(x => x.Product.PublishedTicks).ThenBy(x => x.Product.Id)
            .Take(limit).Select(x => Suggestion.Product(x.Product.Name, x.Product.Slug, x.Product.Image, x.Product.LowestPrice));
        return Task.FromResult<IReadOnlyList<Suggestion>>([.. categories.Concat(products).Take(limit)]);
    }

    public Task<Correction?> CorrectAsync(SoughtText text, CancellationToken cancellation)
    {
        var words = text.Terms.SelectMany(x => x.Word.Parts).ToArray();
        if (words.Length == 0 || text.Terms.All(x => x.IsKnown)) return Task.FromResult<Correction?>(null);
        List<string?> meant = [];
        foreach (var word in words)
        {
            SlotSet begins = new(state.Slots.Length);
            AddBeginning(begins, word, WordPlaces.All);
            meant.Add(Words.Meant(word, Exists(begins), view.Vocabulary.Near(word).Where(IsOnSale)));
        }

        return Task.FromResult(Correction.Of(words, meant));
    }

    // What withdrawn products were found by is no correction.
    private bool IsOnSale(string word)
    {
        var at = state.Words.Find(word);
        if (at < 0) return false;
        foreach (var posting in state.Words[at])
        {
            if (state.Slots[posting.Slot].Product is not null) return true;
        }

        return false;
    }

    private List<TextHit> Hits(SoughtText text)
    {
        var found = Matching(text);
        var ranks = RanksOf(text, found);
        List<TextHit> hits = [];
        foreach (var slot in found)
        {
            if (state.Slots[slot].Product is { } product) hits.Add(new(product, ranks[slot]));
        }

        return hits;
    }

    private List<ShelvedProduct> ProductsIn(SlotSet found)
    {
        List<ShelvedProduct> products = [];
        foreach (var slot in found)
        {
            if (state.Slots[slot].Product is { } product) products.Add(product);
        }

        return products;
    }

    private bool Exists(SlotSet found)
    {
        foreach (var slot in found)
        {
            if (state.Slots[slot].Product is not null) return true;
        }

        return false;
    }

    // A product matches with every required word, or when its whole name or SKU begins with the text.
    private SlotSet Matching(SoughtText text)
    {
        var kinds = text.HasAllWords ? WordPlaces.All : WordPlaces.All & ~WordPlaces.Description;
        SlotSet whole = new(state.Slots.Length);
        AddBeginning(whole, IndexedWords.WholeMark + text.Whole, kinds);
        if (All(text, x => FindAny(x.Any, kinds)) is { } words) whole.Add(words);
        return whole;
    }

    // The required words, in the category only.
    private SlotSet InCategory(SoughtText text)
    {
        if (All(text, x => FindAny(x.InCategory, WordPlaces.Category)) is { } found) return found;
        SlotSet whole = new(state.Slots.Length);
        AddWord(whole, state.Words.Find(IndexedWords.WholeMark + text.Whole), WordPlaces.All);
        return whole;
    }

    // Null when no word is required.
    private static SlotSet? All(SoughtText text, Func<SoughtTerm, SlotSet> find)
    {
        SlotSet? all = null;
        foreach (var term in text.Required)
        {
            var found = find(term);
            if (all is null) all = found;
            else all.Keep(found);
        }

        return all;
    }

    private SlotSet FindAny(IEnumerable<Phrase> phrases, int kinds)
    {
        SlotSet found = new(state.Slots.Length);
        foreach (var phrase in phrases) AddPhrase(found, phrase, kinds);
        return found;
    }

    private void AddPhrase(SlotSet found, Phrase phrase, int kinds)
    {
        if (phrase.InNameOrCategory) kinds &= WordPlaces.Name | WordPlaces.Category;
        if (phrase.Words.Count == 1)
        {
            AddWordOf(found, phrase, 0, kinds);
            return;
        }

        SlotSet? all = null;
        for (var at = 0; at < phrase.Words.Count; at++)
        {
            SlotSet one = new(state.Slots.Length);
            AddWordOf(one, phrase, at, kinds);
            if (all is null) all = one;
            else all.Keep(one);
        }

        found.Add(all!);
    }

    private void AddWordOf(SlotSet found, Phrase phrase, int at, int kinds)
    {
        if (IsBeginning(phrase, at))
        {
            AddBeginning(found, phrase.Words[at], kinds);
            return;
        }

        foreach (var word in FormsOf(phrase.Words[at])) AddWord(found, word, kinds);
    }

    private static bool IsBeginning(Phrase phrase, int at) => phrase.IsPrefix && at == phrase.Words.Count - 1;

    private void AddBeginning(SlotSet found, string beginning, int kinds)
    {
        var (from, to) = state.Words.Beginning(beginning);
        for (var word = from; word < to; word++) AddWord(found, word, kinds);
    }

    private void AddWord(SlotSet found, int word, int kinds)
    {
        if (word < 0) return;
        foreach (var posting in state.Words[word])
        {
            if ((WordPlaces.In(posting.Places) & kinds) != 0) found.Add(posting.Slot);
        }
    }

    // The word, its stem, and the same of the synonyms that merchandisers have set; those that products have.
    private int[] FormsOf(string word)
    {
        if (forms.TryGetValue(word, out var known)) return known;
        var all = view.Synonyms.TryGetValue(word, out var synonyms) ? synonyms.Prepend(word) : [word];
        return forms[word] =
        [
            .. all.SelectMany(x => new[] { x, EnglishStem.Of(x) }).Distinct(StringComparer.Ordinal).Select(state.Words.Find)
                .Where(x => x >= 0),
        ];
    }

    // Each word counts by the best phrases that find it and by where they are found (the description, the colours, sizes and SKUs, the
    // category, the name); several phrases that are found together count as one that is found in the name.
    private float[] RanksOf(SoughtText text, SlotSet found)
    {
        var slots = state.Slots.Length;
        var (ranks, best, sums) = (new float[slots], new float[slots], new float[slots]);
        var whole = state.Words.Find(IndexedWords.WholeMark + text.Whole);
        if (whole >= 0)
        {
            foreach (var posting in state.Words[whole]) ranks[posting.Slot] += WholeRank;
        }

        foreach (var term in text.Terms.Where(x => x.IsKnown))
        {
            foreach (var (phrases, counts) in term.Ranked)
            {
                foreach (var word in WordsOf(phrases)) AddRank(sums, word, found, term.Kind == WordKind.Thing);
                foreach (var slot in found)
                {
                    best[slot] = Math.Max(best[slot], counts * term.Weight * Math.Min(1, sums[slot]));
                    sums[slot] = 0;
                }
            }

            foreach (var slot in found)
            {
                ranks[slot] += best[slot];
                best[slot] = 0;
            }
        }

        return ranks;
    }

    private void AddRank(float[] sums, int word, SlotSet found, bool isThing)
    {
        foreach (var posting in state.Words[word])
        {
            if (found.Has(posting.Slot)) sums[posting.Slot] += WordPlaces.Rank(posting.Places, isThing);
        }
    }

    private HashSet<int> WordsOf(IEnumerable<Phrase> phrases)
    {
        HashSet<int> all = [];
        foreach (var phrase in phrases)
        {
            for (var at = 0; at < phrase.Words.Count; at++)
            {
                if (IsBeginning(phrase, at))
                {
                    var (from, to) = state.Words.Beginning(phrase.Words[at]);
                    for (var word = from; word < to; word++) all.Add(word);
                }
                else
                {
                    all.UnionWith(FormsOf(phrase.Words[at]));
                }
            }
        }

        return all;
    }
}
