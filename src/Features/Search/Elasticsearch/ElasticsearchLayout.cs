using Aarya.Features.Search.Engine;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Analysis;
using Elastic.Clients.Elasticsearch.IndexManagement;
using Elastic.Clients.Elasticsearch.Mapping;
using Elastic.Clients.Elasticsearch.Synonyms;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>The index template, and the set of synonyms that its analyzers use.</summary>
internal static class ElasticsearchLayout
{
    // Increase it when anything here or in IndexedProduct changes.
    private const int OfFields = 2;

    /// <summary>Increases with the fields and the rules of words: an index of a lower version is built again.</summary>
    public const int Version = (OfFields * 1_000) + Words.Rules;

    /// <summary>The words of the name, the category, the colours with sizes and SKUs, and the description.</summary>
    public static readonly IReadOnlyList<string> WordFields = ["nameWords", "categoryWords", "detailWords", "descriptionWords"];

    /// <summary>The field of a word field that has the beginnings of its words.</summary>
    public const string Beginnings = "begins";

    private const string Stems = "aarya_stems";
    private const string Synonyms = "aarya_synonyms";
    private const string Edges = "aarya_beginnings";
    private const string Cut = "aarya_cut";
    private const string Indexed = "aarya_indexed";
    private const string Sought = "aarya_sought";
    private const string IndexedBeginnings = "aarya_indexed_beginnings";
    private const string SoughtBeginnings = "aarya_sought_beginnings";

    // Longer words are found by this many letters of their beginning.
    private const int LongestBeginning = 40;

    public static string SynonymSetOf(string alias) => $"{alias}-synonyms";

    // The words are cut and folded by the program, in one place for both engines; here they are only separated at spaces. Synonyms belong
    // to the query, so that a change of them needs no new index. The word and its stem are both indexed, as in PostgreSQL.
    public static PutIndexTemplateRequest Template(string alias) => new(alias)
    {
        IndexPatterns = $"{alias}.*",
        // A write to an index that has been lost must not make one without this layout.
        AllowAutoCreate = false,
        Priority = 500,
        Version = Version,
        Template = new()
        {
            Settings = new()
            {
                AutoExpandReplicas = "0-1",
                RefreshInterval = "500ms",
                Analysis = new()
                {
                    TokenFilters = new()
                    {
                        // Snowball's English stemmer, which PostgreSQL has, too.
                        { Stems, new StemmerTokenFilter { Language = "porter2" } },
                        { Synonyms, new SynonymGraphTokenFilter { SynonymsSet = [SynonymSetOf(alias)], Updateable = true } },
                        { Edges, new EdgeNGramTokenFilter { MinGram = 1, MaxGram = LongestBeginning } },
                        { Cut, new TruncateTokenFilter { Length = LongestBeginning } },
                    },
                    Analyzers = new()
                    {
                        { Indexed, Cutting("keyword_repeat", Stems, "remove_duplicates") },
                        { Sought, Cutting(Synonyms, "keyword_repeat", Stems, "remove_duplicates") },
                        { IndexedBeginnings, Cutting(Edges) },
                        { SoughtBeginnings, Cutting(Cut) },
                    },
                },
            },
            Mappings = new() { Dynamic = DynamicMapping.Strict, Properties = Fields() },
        },
    };

    /// <param name="synonyms">Terms of shoppers, and the words that the shop uses for them.</param>
    public static PutSynonymRequest SynonymSet(string alias, IReadOnlyList<(string Term, IReadOnlyList<string> Words)> synonyms) =>
        new(SynonymSetOf(alias),
        [
            .. synonyms.SelectMany(x => KnownSynonyms.FormsOf(x.Term), (x, form) => (Form: form, x.Words))
                .Select(x => new SynonymRule($"{x.Form} => {string.Join(", ", x.Words.Prepend(x.Form).Distinct())}")),
        ]);

    private static CustomAnalyzer Cutting(params string[] filters) => new("whitespace") { Filter = filters };

    private static Properties Fields()
    {
        var fields = new Properties
        {
            { "id", new KeywordProperty() },
            { "onSale", new BooleanProperty() },
            { "publishedTicks", new LongNumberProperty() },
            { "whole", new KeywordProperty() },
            { "vocabulary", new TextProperty { Analyzer = "whitespace", IndexOptions = IndexOptions.Docs, Norms = false } },
            { "category", new KeywordProperty() },
            { "categoryKey", new KeywordProperty() },
            { "slug", Shown() },
            { "name", Shown() },
            { "image", Shown() },
            { "currency", Shown() },
            {
                "variants", new NestedProperty
                {
                    Dynamic = DynamicMapping.Strict,
                    Properties = new()
                    {
                        { "size", new KeywordProperty() },
                        { "sizeKey", new KeywordProperty() },
                        { "colour", new KeywordProperty() },
                        { "colourKey", new KeywordProperty() },
                        { "price", new LongNumberProperty() },
                        { "compareAt", new LongNumberProperty { Index = false, DocValues = false } },
                        { "inStock", new BooleanProperty() },
                    },
                }
            },
        };
        foreach (var words in WordFields)
        {
            fields.Add(words, new TextProperty
            {
                Analyzer = Indexed,
                SearchAnalyzer = Sought,
                // How often a word occurs says nothing here: see the ranks of decision 28.
                IndexOptions = IndexOptions.Docs,
                Norms = false,
                Fields = new()
                {
                    {
                        Beginnings,
                        new TextProperty
                        {
                            Analyzer = IndexedBeginnings,
                            SearchAnalyzer = SoughtBeginnings,
                            IndexOptions = IndexOptions.Docs,
                            Norms = false,
                        }
                    },
                },
            });
        }

        return fields;
    }

    // Only in the answers.
    private static KeywordProperty Shown() => new() { Index = false, DocValues = false };
}
