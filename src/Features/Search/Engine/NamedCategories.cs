namespace Aarya.Features.Search.Engine;

/// <summary>
/// The categories that a text names by their own words. A category above has all products of its parts, but is not what the name of a part
/// means, and a part is not what the name of a category above means.
/// </summary>
internal static class NamedCategories
{
    private const int Most = 3;

    /// <summary>The categories with the most products, as suggestions.</summary>
    /// <param name="candidates">The categories, and those above, of the products that have the words in one of them.</param>
    /// <param name="wordsOf">The words of a category's name: <see cref="IndexedWords.OfCategory"/>.</param>
    public static IEnumerable<Suggestion> Of(
        SoughtText text, IEnumerable<FacetValue> candidates, Func<string, IReadOnlySet<string>> wordsOf,
        KnownSynonyms synonyms)
    {
        var required = text.Required.Select(x => x.InCategory.ToList()).ToList();
        if (required.Count == 0) return [];
        return candidates.OrderByDescending(x => x.Count).ThenBy(x => x.Value, StringComparer.Ordinal)
            .Where(x => IsNamed(wordsOf(x.Value))).Take(Most).Select(x => Suggestion.Category(x.Value));

        bool IsNamed(IReadOnlySet<string> words) => required.TrueForAll(x => x.Exists(phrase => Has(words, phrase)));

        bool Has(IReadOnlySet<string> words, Phrase phrase) => phrase.Words.Select((word, at) => phrase.IsPrefix
            && at == phrase.Words.Count - 1
                ? words.Any(x => x.StartsWith(word, StringComparison.Ordinal))
                : synonyms.Of(word).Prepend(word).Any(x => words.Contains(x) || words.Contains(EnglishStem.Of(x))))
            .All(x => x);
    }
}
