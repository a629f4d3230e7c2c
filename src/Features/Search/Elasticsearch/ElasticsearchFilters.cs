using Aarya.Features.Search.Engine;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Aggregations;
using Elastic.Clients.Elasticsearch.QueryDsl;
using Clause = Elastic.Clients.Elasticsearch.QueryDsl.Query;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>
/// The filters of a search. A product is found when one of its variants meets every filter; a facet counts the products with a variant
/// that meets all others.
/// </summary>
internal sealed class ElasticsearchFilters
{
    private const string Variants = "variants";

    // More values than a shop has; Elasticsearch needs a limit.
    private const int MostValues = 1_000;

    private readonly Clause? category;
    private readonly IReadOnlyDictionary<string, Clause> ofVariant;
    private readonly Func<IndexedVariant, bool> isMet;

    public ElasticsearchFilters(SearchQuery query)
    {
        category = query.Categories.Count > 0 ? OneOf("categoryKey", query.Categories) : null;
        Dictionary<string, Clause> filters = [];
        if (query.Sizes.Count > 0) filters.Add("size", OneOf("variants.sizeKey", query.Sizes));
        if (query.Colours.Count > 0) filters.Add("colour", OneOf("variants.colourKey", query.Colours));
        if (query.MinPrice is not null || query.MaxPrice is not null)
            filters.Add("price", new NumberRangeQuery("variants.price") { Gte = query.MinPrice, Lte = query.MaxPrice });
        if (query.InStock) filters.Add("stock", InStock);
        ofVariant = filters;
        var (sizes, colours) = (Keys(query.Sizes), Keys(query.Colours));
        isMet = x => (sizes.Count == 0 || sizes.Contains(x.SizeKey)) && (colours.Count == 0 || colours.Contains(x.ColourKey))
            && x.Price >= (query.MinPrice ?? 0) && x.Price <= (query.MaxPrice ?? long.MaxValue) && (x.InStock || !query.InStock);
    }

    private static Clause InStock => new TermQuery("variants.inStock", true);

    /// <summary>
    /// A query for the products that meet every filter; null without filters. It is the post filter: Elasticsearch counts facets before it
    /// applies it.
    /// </summary>
    public Clause? All => And([.. new[] { category, VariantMeetsAll }.OfType<Clause>()]);

    private Clause? VariantMeetsAll => And([.. ofVariant.Values]) is { } all ? (Clause)new NestedQuery(Variants, all) : null;

    /// <summary>The products with a variant in stock that meets every filter.</summary>
    public Clause AvailableVariant => new NestedQuery(Variants, And([.. ofVariant.Values, InStock])!);

    /// <summary>The lowest price of the variants that meet every filter, as a sort.</summary>
    public SortOptions ByPrice(SortOrder order) => new FieldSort("variants.price")
    {
        Order = order,
        Mode = SortMode.Min,
        Nested = new NestedSortValue(Variants) { Filter = And([.. ofVariant.Values]) },
    };

    /// <summary>The variants that meet every filter.</summary>
    public IEnumerable<IndexedVariant> Met(IEnumerable<IndexedVariant> variants) => variants.Where(isMet);

    /// <summary>The counts of all facets.</summary>
    public Dictionary<string, Aggregation> Counts()
    {
        var bands = new RangeAggregation
        {
            Field = "variants.price",
            Ranges =
            [
                .. Enumerable.Range(0, PriceBands.Bounds.Count + 1).Select(x => new AggregationRange
                {
                    Key = PriceBands.Name(x),
                    From = x == 0 ? null : PriceBands.Bounds[x - 1],
                    To = x == PriceBands.Bounds.Count ? null : PriceBands.Bounds[x],
                }),
            ],
        };
        return new()
        {
            ["category"] = Within(VariantMeetsAll, new() { ["values"] = Categories() }),
            ["size"] = CountVariants("size", Values("variants.sizeKey", Products("variants.size"))),
            ["colour"] = CountVariants("colour", Values("variants.colourKey", Products("variants.colour"))),
            ["price"] = CountVariants("price", With(bands, Products(null))),
        };
    }

    /// <summary>Reads the answer to <see cref="Counts"/>.</summary>
    public static IReadOnlyList<Facet> Read(AggregateDictionary counts)
    {
        return Facets.Of(
            ReadCategories(counts.GetFilter("category")!.Aggregations!.GetStringTerms("values")!),
            Values("size"), Values("colour"),
            Others("price").GetRange("values")!.Buckets.Select(x => new FacetValue(x.Key!, ProductsOf(x.Aggregations!)))
                .Where(x => x.Count > 0));

        AggregateDictionary Others(string facet) =>
            counts.GetFilter(facet)!.Aggregations!.GetNested(Variants)!.Aggregations!.GetFilter("others")!.Aggregations!;

        IEnumerable<FacetValue> Values(string facet) => Others(facet).GetStringTerms("values")!.Buckets
            .Select(x => new FacetValue(Shown(x.Aggregations!), ProductsOf(x.Aggregations!)));

        static int ProductsOf(AggregateDictionary of) => (int)of.GetReverseNested("products")!.DocCount;
    }

    /// <summary>Counts the products of each category and its parts.</summary>
    public static Aggregation Categories() => Values("categoryKey", new() { ["shown"] = Spelling("category") });

    /// <summary>Reads the answer to <see cref="Categories"/>.</summary>
    public static IEnumerable<FacetValue> ReadCategories(StringTermsAggregate categories)
    {
        return categories.Buckets.Select(x => new FacetValue(ShownCategory(x), (int)x.DocCount));

        // The spelling is that of the products' own category. Of a category above, the catalogue has only the slug, which is its own key.
        static string ShownCategory(StringTermsBucket of) =>
            Shown(of.Aggregations!) is var own && SearchQuery.KeyOf(own) == of.Key.ToString() ? own : of.Key.ToString();
    }

    // Of several spellings the first in the order of characters is shown.
    private static string Shown(AggregateDictionary of) => of.GetStringTerms("shown")!.Buckets.First().Key.ToString();

    // The variants that meet every filter but that of the facet, of the products of the category.
    private Aggregation CountVariants(string facet, Aggregation values)
    {
        var nested = With(new NestedAggregation { Path = Variants }, new()
        {
            ["others"] = Within(And([.. ofVariant.Where(x => x.Key != facet).Select(x => x.Value)]), new() { ["values"] = values }),
        });
        return Within(category, new() { [Variants] = nested });
    }

    private static Aggregation Within(Clause? filter, Dictionary<string, Aggregation> inner)
    {
        Aggregation within = filter ?? new MatchAllQuery();
        within.Aggregations = inner;
        return within;
    }

    private static Aggregation With(Aggregation aggregation, Dictionary<string, Aggregation> inner)
    {
        aggregation.Aggregations = inner;
        return aggregation;
    }

    private static Aggregation Values(string field, Dictionary<string, Aggregation> inner) =>
        With(new TermsAggregation { Field = field, Size = MostValues }, inner);

    private static Dictionary<string, Aggregation> Products(string? shown)
    {
        Dictionary<string, Aggregation> inner = new() { ["products"] = new ReverseNestedAggregation() };
        if (shown is not null) inner.Add("shown", Spelling(shown));
        return inner;
    }

    private static Aggregation Spelling(string field) =>
        new TermsAggregation { Field = field, Size = 1, Order = [new("_key", SortOrder.Asc)] };

    private static Clause OneOf(string field, IEnumerable<string> values) =>
        new TermsQuery(field, new TermsQueryField([.. Keys(values).Select(x => FieldValue.String(x))]));

    private static HashSet<string> Keys(IEnumerable<string> values) =>
        new(values.Select(SearchQuery.KeyOf), StringComparer.Ordinal);

    private static Clause? And(List<Clause> queries) => queries.Count == 0 ? null : ElasticsearchQueries.And(queries);
}
