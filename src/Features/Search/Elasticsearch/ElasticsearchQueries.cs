using Aarya.Features.Search.Engine;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.QueryDsl;
using Clause = Elastic.Clients.Elasticsearch.QueryDsl.Query;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>
/// A text as queries of Elasticsearch. Scores are constants, see decision 28, so that paging is stable while the index changes.
/// </summary>
internal static class ElasticsearchQueries
{
    private const float WholeCounts = 1_000;

    // The fields in the order of ElasticsearchLayout.WordFields: name, category, details, description.
    private static readonly float[] Places = [1, 0.8f, 0.6f, 0.15f];

    // Of a thing, the description mentions what it goes with: a dress with a belt is no belt.
    private static readonly float[] PlacesOfThings = [1, 0.8f, 0.6f, 0.03f];

    private const int Category = 1;
    private const int Details = 2;
    private static readonly int[] AllFields = [0, 1, 2, 3];
    private static readonly int[] AllButDescription = [0, 1, 2];

    public static Clause OnSale { get; } = new TermQuery("onSale", true);

    /// <summary>The products that have one of the phrases, in any field.</summary>
    public static Clause Any(IEnumerable<Phrase> phrases) => Any([.. phrases], AllFields);

    /// <summary>Products on sale with every required word, or whose whole name or SKU begins with the text.</summary>
    public static Clause Matching(SoughtText text)
    {
        var required = text.Required.Select(x => Any([.. x.Any], AllFields)).ToList();
        var named = Named(text);
        if (required.Count == 0) return new BoolQuery { Filter = [OnSale, named] };
        List<Clause> filters = [OnSale, Or([And(required), named])];
        // The description alone is not enough.
        if (!text.HasAllWords) filters.Add(Or([And([.. text.Required.Select(x => Any([.. x.Any], AllButDescription))]), named]));
        return new BoolQuery { Filter = filters };
    }

    private static Clause Named(SoughtText text)
    {
        var begins = new PrefixQuery("whole", text.Whole);
        return text.Barcode is { } barcode ? Or([begins, new TermQuery("whole", Unmarked(barcode))]) : begins;
    }

    // The field has whole texts only, so it needs no mark.
    private static string Unmarked(string whole) => whole[IndexedWords.WholeMark.Length..];

    /// <summary>The required words, in the category only.</summary>
    public static Clause InCategory(SoughtText text)
    {
        var required = text.Required.Select(x => Any([.. x.InCategory], [Category])).ToList();
        return new BoolQuery { Filter = [OnSale, .. required.Count > 0 ? required : [new TermQuery("whole", text.Whole)]] };
    }

    /// <summary>The products that match, each with its rank as the score.</summary>
    public static Clause Ranked(SoughtText text) => new BoolQuery
    {
        Filter = [Matching(text)],
        Should =
        [
            .. new[] { text.Whole, text.Barcode is { } barcode ? Unmarked(barcode) : null }.OfType<string>()
                .Select(x => new ConstantScoreQuery(new TermQuery("whole", x)) { Boost = WholeCounts }),
            .. text.Terms.Where(x => x.IsKnown).Select(RankOf),
        ],
    };

    // A word counts by the best phrase that finds it and by where it is found.
    private static Clause RankOf(SoughtTerm term)
    {
        var places = term.Kind == WordKind.Thing ? PlacesOfThings : Places;
        List<Clause> ranks = [];
        foreach (var (phrases, counts) in term.Ranked)
        {
            for (var field = 0; field < places.Length; field++)
            {
                if (Found([.. phrases], field) is { Count: > 0 } found)
                    ranks.Add(new ConstantScoreQuery(Or(found)) { Boost = counts * term.Weight * places[field] });
            }
        }

        return new DisMaxQuery(ranks);
    }

    private static Clause Any(IReadOnlyList<Phrase> phrases, int[] fields) => Or([.. fields.SelectMany(x => Found(phrases, x))]);

    // The single words of the phrases become one query, because each query costs.
    private static List<Clause> Found(IReadOnlyList<Phrase> phrases, int field)
    {
        var name = ElasticsearchLayout.WordFields[field];
        var allowed = phrases.Where(x => (!x.InNameOrCategory || field <= Category) && (!x.InTraits || field == Details)).ToList();
        List<Clause> found = [];
        AddSingle(allowed.Where(x => x is { Words.Count: 1, IsPrefix: false }), name);
        AddSingle(allowed.Where(x => x is { Words.Count: 1, IsPrefix: true }), BeginningsOf(name));
        found.AddRange(allowed.Where(x => x.Words.Count > 1).Select(x => And([.. x.Words.Select((word, i) => Part(x, word, i))])));
        return found;

        Clause Part(Phrase x, string word, int at) =>
            new MatchQuery(x.IsPrefix && at == x.Words.Count - 1 ? BeginningsOf(name) : name, word);

        void AddSingle(IEnumerable<Phrase> single, string searched)
        {
            var words = string.Join(' ', single.Select(x => x.Words[0]).Distinct());
            if (words.Length > 0) found.Add(new MatchQuery(searched, words));
        }
    }

    private static string BeginningsOf(string field) => $"{field}.{ElasticsearchLayout.Beginnings}";

    private static Clause Or(List<Clause> queries) =>
        queries.Count == 1 ? queries[0] : new BoolQuery { Should = queries, MinimumShouldMatch = 1 };

    /// <summary>All of the queries.</summary>
    public static Clause And(List<Clause> queries) => queries.Count == 1 ? queries[0] : new BoolQuery { Filter = queries };
}
