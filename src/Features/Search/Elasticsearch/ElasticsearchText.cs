using Aarya.Features.Search.Engine;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Aggregations;
using Elastic.Clients.Elasticsearch.Core.Search;
using Elastic.Clients.Elasticsearch.QueryDsl;
using Clause = Elastic.Clients.Elasticsearch.QueryDsl.Query;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>Elasticsearch finds, ranks, filters and counts the products.</summary>
/// <param name="synonyms">For the names of categories and for typos; Elasticsearch has its own for searches.</param>
internal sealed class ElasticsearchText(ElasticsearchClient client, string index, KnownSynonyms synonyms) : ITextIndex
{
    // Ranks products in stock above all others, except one whose whole name or SKU was searched for.
    private const float InStockCounts = 100;

    // Among suggestions, above that one, too.
    private const float StockFirst = 10_000;

    // How many words a typo may have meant; the edit distance decides among them.
    private const int SimilarWords = 20;

    public async Task<SoughtText> LookUpAsync(SoughtText text, bool typing, CancellationToken cancellation)
    {
        if (text.Terms.Count == 0) return text;
        Dictionary<string, Clause> filters = [];
        for (var i = 0; i < text.Terms.Count; i++)
        {
            filters.Add($"{i} word", ElasticsearchQueries.Any(text.Terms[i].Complete));
            filters.Add($"{i} beginning", ElasticsearchQueries.Any(text.Terms[i].Prefixes));
        }

        var found = await CountAsync(filters, null, cancellation);
        return text.Known([.. text.Terms.Select((_, i) => (Has(found, $"{i} word"), Has(found, $"{i} beginning")))], typing);
    }

    public async Task<SoughtText?> FirstAsync(IReadOnlyList<SoughtText> texts, CancellationToken cancellation)
    {
        Dictionary<string, Clause> filters = [];
        for (var i = 0; i < texts.Count; i++) filters.Add($"{i} text", ElasticsearchQueries.Matching(texts[i]));
        var found = await CountAsync(filters, null, cancellation);
        return texts.Where((_, i) => Has(found, $"{i} text")).FirstOrDefault();
    }

    public async Task<SearchPage> PageAsync(SearchQuery query, SoughtText? text, CancellationToken cancellation)
    {
        var filters = new ElasticsearchFilters(query);
        Clause matching = text is null ? new BoolQuery { Filter = [ElasticsearchQueries.OnSale] }
            : query.Sort == SearchSort.Relevance ? ElasticsearchQueries.Ranked(text) : ElasticsearchQueries.Matching(text);
        var found = await client.SearchAsync<IndexedProduct>(new SearchRequest(index)
        {
            Query = query.Sort == SearchSort.Relevance || query.SoldOutLast ? Ranked(matching, filters) : matching,
            PostFilter = filters.All,
            Aggregations = filters.Counts(),
            Sort = query.SoldOutLast ? [ByScore(), .. SortOf(query.Sort, filters)] : SortOf(query.Sort, filters),
            SearchAfter = query.After is { } after ? KeyOf(after) : null,
            // One more than the page shows, to know whether another page follows.
            Size = query.Limit + 1,
            Source = new SourceFilter { Excludes = Fields.FromStrings([.. ElasticsearchLayout.WordFields, "whole", "vocabulary"]) },
            TrackTotalHits = true,
            AllowPartialSearchResults = false,
        }, cancellation);
        var hits = found.Hits.ToList();
        var next = hits.Count <= query.Limit ? null
            : (CursorOf(query, hits[query.Limit - 1], filters) with { Instead = query.Instead }).ToString();
        return new(
            [.. hits.Take(query.Limit).Select(x => Shown(x.Source!, filters))], found.Total,
            ElasticsearchFilters.Read(found.Aggregations!), next, null, []);
    }

    public async Task<Correction?> CorrectAsync(SoughtText text, CancellationToken cancellation)
    {
        // A hyphenated text can have many more parts than words.
        var words = text.Terms.SelectMany(x => x.Word.Parts).Take(Words.Most).Distinct().ToArray();
        if (words.Length == 0 || text.Terms.All(x => x.IsKnown)) return null;
        Dictionary<string, FieldSuggester> suggesters = [];
        Dictionary<string, Clause> filters = [];
        foreach (var word in words)
        {
            // A term of the synonyms is known by their words, which the whole word finds.
            IReadOnlyList<Phrase> term = synonyms.Of(word).Count > 0 ? [new([word])] : [];
            filters.Add(word, ElasticsearchQueries.Any([new Phrase([word]) { IsPrefix = true }, .. term]));
            suggesters.Add(word, new()
            {
                Text = word,
                Term = new("vocabulary")
                {
                    Analyzer = "whitespace",
                    SuggestMode = SuggestMode.Always,
                    MaxEdits = 2,
                    PrefixLength = 0,
                    MinWordLength = 3,
                    Size = SimilarWords,
                    StringDistance = StringDistance.DamerauLevenshtein,
                },
            });
        }

        var found = await CountAsync(filters, new() { Suggesters = suggesters }, cancellation);
        // The suggester knows words of deleted documents, too.
        var similar = words.SelectMany(x => Similar(found, x)).Distinct(StringComparer.Ordinal)
            .ToDictionary(x => x, x => (Clause)new TermQuery("vocabulary", x), StringComparer.Ordinal);
        foreach (var term in words.Select(x => Words.Nearest(x, synonyms.Terms)).OfType<string>())
            similar[term] = ElasticsearchQueries.Any([new Phrase([term])]);
        var alive = similar.Count == 0 ? null : await CountAsync(similar, null, cancellation);
        var typed = text.Terms.SelectMany(x => x.Word.Parts).ToList();
        return Correction.Of(typed, [.. typed.Select((x, i) => i < Words.Most ? Words.Meant(x, Has(found, x), Alive(x)) : x)]);

        string[] Alive(string word) =>
            [.. Similar(found, word).Concat(synonyms.Terms.Where(similar.ContainsKey)).Where(x => Has(alive!, x))];
    }

    // PostgreSQL answers where products are hidden.
    public async Task<IReadOnlyList<Suggestion>> SuggestAsync(
        SoughtText text, int limit, IReadOnlyList<Guid> hidden, CancellationToken cancellation)
    {
        Aggregation categories = ElasticsearchQueries.InCategory(text);
        categories.Aggregations = new Dictionary<string, Aggregation> { ["values"] = ElasticsearchFilters.Categories() };
        Aggregation everything = new GlobalAggregation();
        everything.Aggregations = new Dictionary<string, Aggregation> { ["categories"] = categories };
        var found = await client.SearchAsync<IndexedProduct>(new SearchRequest(index)
        {
            Query = Ranked(ElasticsearchQueries.Ranked(text), new(new()), StockFirst),
            Aggregations = new Dictionary<string, Aggregation> { ["everything"] = everything },
            Sort = [ByScore(), Descending("publishedTicks"), new FieldSort("id") { Order = SortOrder.Asc }],
            Size = limit,
            Source = new SourceFilter { Includes = Fields.FromStrings(["id", "name", "slug", "image", "currency", "variants.price"]) },
            TrackTotalHits = false,
            AllowPartialSearchResults = false,
        }, cancellation);
        var candidates = found.Aggregations!.GetGlobal("everything")!.Aggregations!.GetFilter("categories")!.Aggregations!
            .GetStringTerms("values")!;
        var shelves = NamedCategories.Of(
            text, ElasticsearchFilters.ReadCategories(candidates), IndexedWords.OfCategory, synonyms);
        var products = found.Documents.Select(x =>
            Suggestion.Product(x.Name, x.Slug, x.Image, new(x.Variants.Min(y => y.Price), x.Currency)));
        return [.. shelves.Concat(products).Take(limit)];
    }

    // How many products on sale each query finds, and the words that are similar to others.
    private Task<SearchResponse<IndexedProduct>> CountAsync(
        Dictionary<string, Clause> filters, Suggester? suggest, CancellationToken cancellation) =>
        client.SearchAsync<IndexedProduct>(new SearchRequest(index)
        {
            Query = new BoolQuery { Filter = [ElasticsearchQueries.OnSale] },
            Size = 0,
            // A cached answer would outlive a change of the synonyms.
            RequestCache = false,
            Aggregations = filters.ToDictionary(x => x.Key, x => (Aggregation)x.Value, StringComparer.Ordinal),
            Suggest = suggest,
            TrackTotalHits = false,
            AllowPartialSearchResults = false,
        }, cancellation);

    private static bool Has(SearchResponse<IndexedProduct> found, string filter) => found.Aggregations!.GetFilter(filter)!.DocCount > 0;

    private static string[] Similar(SearchResponse<IndexedProduct> found, string word) =>
        [.. (found.Suggest?.GetTerm(word) ?? []).SelectMany(x => x.Options).Select(x => x.Text)];

    private static Clause Ranked(Clause matching, ElasticsearchFilters filters, float inStockCounts = InStockCounts) => new BoolQuery
    {
        Must = [matching],
        Should = [new ConstantScoreQuery(filters.AvailableVariant) { Boost = inStockCounts }],
    };

    private static ICollection<SortOptions> SortOf(SearchSort sort, ElasticsearchFilters filters) => sort switch
    {
        SearchSort.PriceAsc => [filters.ByPrice(SortOrder.Asc), new FieldSort("id") { Order = SortOrder.Asc }],
        SearchSort.PriceDesc => [filters.ByPrice(SortOrder.Desc), Descending("id")],
        SearchSort.Newest => [Descending("publishedTicks"), Descending("id")],
        _ => [ByScore(), Descending("id")],
    };

    private static SortOptions ByScore() => new() { Score = new() { Order = SortOrder.Desc } };

    private static SortOptions Descending(string field) => new FieldSort(field) { Order = SortOrder.Desc };

    // Not a number of both kinds: a time in ticks has more digits than a rank.
    private static List<FieldValue> KeyOf(SearchCursor cursor) => cursor switch
    {
        { Sort: SearchSort.Relevance } =>
            [FieldValue.Double(cursor.Rank + (cursor.IsOfElasticsearch ? 0 : InStockCounts)), cursor.Id.ToString()],
        { SoldOutLast: true } =>
            [FieldValue.Double(cursor.IsInStock ? InStockCounts : 0), FieldValue.Long(cursor.PublishedTicks), cursor.Id.ToString()],
        _ => [FieldValue.Long(cursor.Key), cursor.Id.ToString()],
    };

    private static SearchCursor CursorOf(SearchQuery query, Hit<IndexedProduct> hit, ElasticsearchFilters filters)
    {
        // A price and a time of publication are whole numbers, and a rank may be one.
        var key = query.SoldOutLast ? hit.Sort!.ElementAt(1) : hit.Sort!.First();
        var rank = key.TryGetDouble(out var number) ? number!.Value : 0;
        var whole = key.TryGetLong(out var given) ? given!.Value : (long)rank;
        return new(
            query.Sort,
            query.Sort == SearchSort.Relevance ? SearchCursor.KeyOf(rank == 0 ? whole : (float)rank)
                : SearchCursor.KeyOf(query, whole, filters.Met(hit.Source!.Variants).Any(x => x.InStock)),
            hit.Source!.Id)
        {
            SoldOutLast = query.SoldOutLast,
            IsOfElasticsearch = query.Sort == SearchSort.Relevance,
        };
    }

    private static ProductHit Shown(IndexedProduct product, ElasticsearchFilters filters)
    {
        var met = filters.Met(product.Variants).OrderBy(x => x.Price).ToList();
        var cheapest = met[0];
        return new(
            product.Id, product.Slug, product.Name, product.Category, new(cheapest.Price, product.Currency),
            cheapest.CompareAt is { } before && before > cheapest.Price ? new(before, product.Currency) : null,
            product.Image.Length == 0 ? null : product.Image, met.Exists(x => x.InStock));
    }
}
