using System.Buffers;
using System.Runtime.CompilerServices;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <summary>Searches the words of the products on sale, in memory.</summary>
internal sealed class WordSearch(ProductsOnSale view) : ITextIndex
{
    // What a whole name or SKU adds: its product ranks before all others with the same words.
    private const float WholeRank = 1000;

    // Kept as long as the name: the index has one string per category, and every keystroke asks for its words.
    private static readonly ConditionalWeakTable<string, IReadOnlySet<string>> WordsOfCategories = [];

    // Above every product that is not pinned; each next one ranks one less.
    private const float PinnedRank = 100_000;

    private readonly ProductsOnSale.State state = view.Now;
    private readonly Dictionary<string, int[]> forms = new(StringComparer.Ordinal);

    // What a word was looked up by, so that it is not looked up twice; the lists of phrases stay the same when a term changes.
    private readonly Dictionary<(IReadOnlyList<Phrase> Phrases, bool IsPrefix, int Kinds), SlotSet> found = [];

    private ProductColumns Columns => state.Columns;

    public Task<SoughtText> LookUpAsync(SoughtText text, bool typing, CancellationToken cancellation)
    {
        List<(bool, bool)> known = [];
        foreach (var term in text.Terms)
        {
            var isWord = Complete(term).Meets(state.OnSale);
            // A complete word is not taken for the beginning of others, so beginnings are looked up only where they matter.
            var canBegin = !isWord || (typing && ReferenceEquals(term, text.Terms[^1]));
            known.Add((isWord, canBegin && Beginning(term).Meets(state.OnSale)));
        }

        return Task.FromResult(text.Known(known, typing));
    }

    public Task<SoughtText?> FirstAsync(IReadOnlyList<SoughtText> texts, CancellationToken cancellation) =>
        Task.FromResult(texts.FirstOrDefault(x => Matching(x).Meets(state.OnSale)));

    public Task<SearchPage> PageAsync(SearchQuery query, SoughtText? text, CancellationToken cancellation)
    {
        if (text is null) return Task.FromResult(view.Page(query, null));
        var hits = Matching(text);
        var page = WithRanks(text, hits, ranks =>
        {
            var pinned = Curate(query, hits, ranks);
            return view.Page(query, new(state, hits, ranks, pinned));
        });
        return Task.FromResult(query.Explains ? page with { Items = [.. page.Items.Select(x => Explained(x, query, text))] } : page);
    }

    // Changes what was found, and returns the ranks of the pinned products by their slots.
    private Dictionary<int, float> Curate(SearchQuery query, SlotSet hits, float[] ranks)
    {
        Dictionary<int, float> pinned = [];
        Hide(hits, query.Hidden);
        for (var i = 0; i < query.Pinned.Count; i++)
        {
            if (!IsPinned(query, query.Pinned[i])) continue;
            var slot = state.Places[query.Pinned[i]].Slot;
            if (!hits.Has(slot)) ranks[slot] = 0;
            hits.Add(slot);
            pinned[slot] = PinnedRank - i;
        }

        return pinned;
    }

    private bool IsPinned(SearchQuery query, Guid id) => query.Sort == SearchSort.Relevance && query.Pinned.Contains(id)
        && state.Places.TryGetValue(id, out var place) && Columns.InStock.Has(place.Slot);

    private ProductHit Explained(ProductHit hit, SearchQuery query, SoughtText text)
    {
        if (!state.Places.TryGetValue(hit.Id, out var place)) return hit;
        SlotSet one = new(Columns.Capacity);
        one.Add(place.Slot);
        List<ExplainedWord> words = [];
        foreach (var term in text.Terms)
        {
            var contribution = WithRanks(text with { Whole = "", Terms = [term] }, one, x => x[place.Slot]);
            words.Add(new(term.Word.Joined, Math.Round(contribution, 4), contribution > 0 ? PlacesOf(term, place.Slot) : []));
        }

        var rank = WithRanks(text, one, x => x[place.Slot]);
        return hit with
        {
            Explanation = new(
                Math.Round(rank, 4), hit.InStock && IsPinned(query, hit.Id), hit.InStock, rank >= WholeRank,
                query.RanksBySales ? Columns.Popularity[place.Slot] : 0, words),
        };
    }

    private IReadOnlyList<string> PlacesOf(SoughtTerm term, int slot)
    {
        var kinds = 0;
        // Without compounds of the word and its neighbour: the index files them under the description.
        var own = term.Any.Where(x => x.Words is not [var one] || one == term.Word.Joined || !one.Contains(term.Word.Joined)).ToList();
        foreach (var phrases in own.GroupBy(KindsOf))
        {
            foreach (var (from, to) in WordsOf(phrases))
            {
                for (var word = from; word < to; word++)
                {
                    foreach (var posting in state.Words[word])
                    {
                        if (posting.Slot == slot) kinds |= WordPlaces.In(posting.Places) & phrases.Key;
                    }
                }
            }
        }

        return
        [
            .. new[]
            {
                (WordPlaces.Name, "name"), (WordPlaces.Category, "category"), (WordPlaces.Traits, "traits"),
                (WordPlaces.Description, "description"),
            }.Where(x => (kinds & x.Item1) != 0).Select(x => x.Item2),
        ];
    }

    public Task<IReadOnlyList<Suggestion>> SuggestAsync(
        SoughtText text, int limit, IReadOnlyList<Guid> hidden, CancellationToken cancellation)
    {
        var inCategory = InCategory(text);
        inCategory.Keep(state.OnSale);
        var categories = NamedCategories.Of(
            text, Columns.CategoryTree.CountIn(inCategory), static x => WordsOfCategories.GetValue(x, IndexedWords.OfCategory),
            view.Synonyms);
        var hits = Matching(text);
        Hide(hits, hidden);
        var products = WithRanks(text, hits, ranks => Best(hits, ranks, limit))
            .Select(x => Suggestion.Product(x.Name, x.Slug, x.Image, x.LowestPrice));
        return Task.FromResult<IReadOnlyList<Suggestion>>([.. categories.Concat(products).Take(limit)]);
    }

    private void Hide(SlotSet hits, IReadOnlyList<Guid> products)
    {
        foreach (var id in products)
        {
            if (state.Places.TryGetValue(id, out var place)) hits.Remove(place.Slot);
        }
    }

    public Task<Correction?> CorrectAsync(SoughtText text, CancellationToken cancellation)
    {
        var words = text.Terms.SelectMany(x => x.Word.Parts).ToArray();
        if (words.Length == 0 || text.Terms.All(x => x.IsKnown)) return Task.FromResult<Correction?>(null);
        List<string?> meant = [];
        foreach (var word in words)
        {
            // A hyphenated text can have many more parts than words.
            if (meant.Count >= Words.Most)
            {
                meant.Add(word);
                continue;
            }

            SlotSet begins = new(Columns.Capacity);
            state.Words.AddBeginning(begins, word, WordPlaces.All);
            var isKnown = begins.Meets(state.OnSale) || (view.Synonyms.Of(word).Count > 0 && IsOnSale(word));
            meant.Add(Words.Meant(word, isKnown, view.Vocabulary.Near(word).Concat(view.Synonyms.Terms), IsOnSale));
        }

        return Task.FromResult(Correction.Of(words, meant));
    }

    // What withdrawn products were found by is no correction.
    private bool IsOnSale(string word)
    {
        foreach (var at in FormsOf(word))
        {
            foreach (var posting in state.Words[at])
            {
                if (state.OnSale.Has(posting.Slot)) return true;
            }
        }

        return false;
    }

    // Those in stock first, then by rank; of equals the newest first.
    private List<ShelvedProduct> Best(SlotSet hits, float[] ranks, int limit)
    {
        List<int> best = new(limit + 1);
        foreach (var slot in hits)
        {
            if (!state.OnSale.Has(slot)) continue;
            if (best.Count == limit)
            {
                if (!IsBefore(slot, best[^1])) continue;
                best.RemoveAt(limit - 1);
            }

            var at = best.Count;
            while (at > 0 && IsBefore(slot, best[at - 1])) at--;
            best.Insert(at, slot);
        }

        return [.. best.Select(x => Columns.Products[x])];

        bool IsBefore(int slot, int other) => Columns.InStock.Has(slot) != Columns.InStock.Has(other) ? Columns.InStock.Has(slot)
            : ranks[slot] != ranks[other] ? ranks[slot] > ranks[other]
            : Columns.PublishedTicks[slot] != Columns.PublishedTicks[other]
                ? Columns.PublishedTicks[slot] > Columns.PublishedTicks[other]
                : Columns.Ids[slot].CompareTo(Columns.Ids[other]) < 0;
    }

    // A product matches with every required word, or when its whole name or SKU begins with the text.
    private SlotSet Matching(SoughtText text)
    {
        var kinds = text.HasAllWords ? WordPlaces.All : WordPlaces.All & ~WordPlaces.Description;
        SlotSet whole = new(Columns.Capacity);
        state.Words.AddBeginning(whole, IndexedWords.WholeMark + text.Whole, kinds);
        if (text.Barcode is { } barcode) state.Words.Add(whole, state.Words.Find(barcode), kinds);
        if (All(text, x => Any(x, kinds)) is { } words) whole.Add(words);
        return whole;
    }

    private SlotSet Any(SoughtTerm term, int kinds)
    {
        SlotSet any = new(Complete(term, kinds), Columns.Capacity);
        if (term.MatchesPrefix) any.Add(Beginning(term, kinds));
        return any;
    }

    private SlotSet Complete(SoughtTerm term, int kinds = WordPlaces.All) => Once(term.Exact, false, term.Complete, kinds);

    private SlotSet Beginning(SoughtTerm term, int kinds = WordPlaces.All) => Once(term.Prefixes, true, term.Prefixes, kinds);

    private SlotSet Once(IReadOnlyList<Phrase> key, bool isPrefix, IEnumerable<Phrase> phrases, int kinds)
    {
        if (!found.TryGetValue((key, isPrefix, kinds), out var known)) found[(key, isPrefix, kinds)] = known = FindAny(phrases, kinds);
        return known;
    }

    // The required words, in the category or those above only.
    private SlotSet InCategory(SoughtText text) =>
        All(text, x => FindAny(x.InCategory, WordPlaces.Category)) ?? new(Columns.Capacity);

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
        SlotSet found = new(Columns.Capacity);
        foreach (var phrase in phrases) AddPhrase(found, phrase, kinds);
        return found;
    }

    private void AddPhrase(SlotSet found, Phrase phrase, int kinds)
    {
        kinds &= KindsOf(phrase);
        if (phrase.Words.Count == 1)
        {
            AddWordOf(found, phrase, 0, kinds);
            return;
        }

        SlotSet? all = null;
        for (var at = 0; at < phrase.Words.Count; at++)
        {
            SlotSet one = new(Columns.Capacity);
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
            state.Words.AddBeginning(found, phrase.Words[at], kinds);
            return;
        }

        foreach (var word in FormsOf(phrase.Words[at])) state.Words.Add(found, word, kinds);
    }

    private static int KindsOf(Phrase phrase) => phrase.InNameOrCategory ? WordPlaces.Name | WordPlaces.Category
        : phrase.InTraits ? WordPlaces.Traits
        : WordPlaces.All;

    private static bool IsBeginning(Phrase phrase, int at) => phrase.IsPrefix && at == phrase.Words.Count - 1;

    // The word, its stem, and the same of the synonyms that merchandisers have set; those that products have.
    private int[] FormsOf(string word)
    {
        if (forms.TryGetValue(word, out var known)) return known;
        return forms[word] =
        [
            .. view.Synonyms.Of(word).Prepend(word).SelectMany(x => new[] { x, EnglishStem.Of(x) }).Distinct(StringComparer.Ordinal)
                .Select(state.Words.Find).Where(x => x >= 0),
        ];
    }

    // Each word counts by the best phrases that find it and by where they are found (the description, the colours, sizes and SKUs, the
    // category, the name); several phrases that are found together count as one that is found in the name.
    private T WithRanks<T>(SoughtText text, SlotSet hits, Func<float[], T> use)
    {
        var pool = ArrayPool<float>.Shared;
        var (ranks, best, sums) = (pool.Rent(Columns.Capacity), pool.Rent(Columns.Capacity), pool.Rent(Columns.Capacity));
        try
        {
            foreach (var slot in hits) ranks[slot] = best[slot] = sums[slot] = 0;
            foreach (var whole in new[] { IndexedWords.WholeMark + text.Whole, text.Barcode })
            {
                var at = whole is null ? -1 : state.Words.Find(whole);
                if (at < 0) continue;
                foreach (var posting in state.Words[at]) ranks[posting.Slot] += WholeRank;
            }

            foreach (var term in text.Terms.Where(x => x.IsKnown)) AddRanks(term, hits, ranks, best, sums);
            return use(ranks);
        }
        finally
        {
            pool.Return(ranks);
            pool.Return(best);
            pool.Return(sums);
        }
    }

    private void AddRanks(SoughtTerm term, SlotSet hits, float[] ranks, float[] best, float[] sums)
    {
        foreach (var (phrases, counts) in term.Ranked)
        {
            var words = WordsOf(phrases);
            foreach (var (from, to) in words)
            {
                for (var word = from; word < to; word++) AddRank(sums, word, hits, term.Kind == WordKind.Thing, phrases[0].InTraits);
            }

            if (words.Count == 0) continue;
            var most = counts * term.Weight;
            foreach (var slot in hits)
            {
                best[slot] = Math.Max(best[slot], most * Math.Min(1, sums[slot]));
                sums[slot] = 0;
            }
        }

        foreach (var slot in hits)
        {
            ranks[slot] += best[slot];
            best[slot] = 0;
        }
    }

    private void AddRank(float[] sums, int word, SlotSet hits, bool isThing, bool inTraits)
    {
        foreach (var posting in state.Words[word])
        {
            if (!hits.Has(posting.Slot)) continue;
            sums[posting.Slot] += inTraits ? OfTraits(posting.Places) : WordPlaces.Rank(posting.Places, isThing);
        }

        static float OfTraits(ushort places) =>
            (WordPlaces.In(places) & WordPlaces.Traits) == 0 ? 0 : WordPlaces.Rank(WordPlaces.OneTrait, isThing: false);
    }

    // As ranges of their numbers, in order, each word once. A set of the words is too big: a beginning can have tens of thousands.
    private List<(int From, int To)> WordsOf(IEnumerable<Phrase> phrases)
    {
        List<(int From, int To)> ranges = [];
        foreach (var phrase in phrases)
        {
            for (var at = 0; at < phrase.Words.Count; at++)
            {
                if (IsBeginning(phrase, at)) ranges.Add(state.Words.Beginning(phrase.Words[at]));
                else ranges.AddRange(FormsOf(phrase.Words[at]).Select(x => (x, x + 1)));
            }
        }

        ranges.Sort();
        var end = 0;
        for (var i = 0; i < ranges.Count; i++)
        {
            var (from, to) = ranges[i];
            ranges[i] = (Math.Max(from, end), Math.Max(to, end));
            end = ranges[i].To;
        }

        ranges.RemoveAll(x => x.From == x.To);
        return ranges;
    }
}
