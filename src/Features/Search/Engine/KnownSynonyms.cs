namespace Aarya.Features.Search.Engine;

/// <summary>The words that merchandisers have set for terms. A term is also meant by its plural or singular.</summary>
internal sealed class KnownSynonyms
{
    public static readonly KnownSynonyms None = new([]);

    private readonly Dictionary<string, string[]> byForm = new(StringComparer.Ordinal);

    public KnownSynonyms(IEnumerable<(string Term, string[] Words)> all)
    {
        foreach (var (term, words) in all)
        {
            foreach (var form in FormsOf(term))
                byForm[form] = byForm.TryGetValue(form, out var before) ? [.. before.Union(words)] : words;
        }
    }

    /// <summary>The terms in all their forms: a typo may mean each of them.</summary>
    public IReadOnlyCollection<string> Terms => byForm.Keys;

    /// <summary>The words that the term of this word stands for; empty when it is no term.</summary>
    public IReadOnlyList<string> Of(string word) => byForm.GetValueOrDefault(word, []);

    /// <summary>The term itself, then its plural or singular.</summary>
    public static IReadOnlyList<string> FormsOf(string term)
    {
        var stem = EnglishStem.Of(term);
        string[] plurals = term[^1] switch
        {
            's' or 'x' or 'z' or 'h' => [$"{term}s", $"{term}es"],
            'y' => [$"{term}s", $"{term[..^1]}ies"],
            _ => [$"{term}s"],
        };
        var forms = Lexicon.Singulars(term).Concat(plurals).Where(x => EnglishStem.Of(x) == stem);
        return [.. forms.Prepend(term).Distinct(StringComparer.Ordinal)];
    }
}
