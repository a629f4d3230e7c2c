using Aarya.Features.Search.Engine;

namespace Aarya.Specs.Search.Engine;

public sealed class LexiconSpec
{
    [Theory]
    [InlineData("saree", "sari")]
    [InlineData("saris", "saree")]
    [InlineData("pants", "trouser")]
    [InlineData("साड़ी", "saree")]
    [InlineData("lal", "red")]
    public void words_of_one_meaning_find_each_other(string typed, string same) => Assert.Contains(same, Lexicon.SameAs(Folded(typed)));

    [Theory]
    [InlineData("shoes", "sneaker")]
    [InlineData("handbags", "tote")]
    [InlineData("red", "crimson")]
    [InlineData("लाल", "maroon")]
    public void a_broad_word_finds_narrower_ones_and_they_do_not_find_it(string broad, string narrow)
    {
        Assert.Contains(narrow, Lexicon.NarrowerThan(Folded(broad)));
        Assert.DoesNotContain(broad, Lexicon.NarrowerThan(narrow));
    }

    [Theory]
    [InlineData("shoes", WordKind.Thing)]
    [InlineData("navy", WordKind.Trait)]
    [InlineData("blue", WordKind.Colour)]
    [InlineData("cotton", WordKind.Trait)]
    [InlineData("mens", WordKind.Aside)]
    [InlineData("zzzz", WordKind.Trait)]
    public void a_word_says_more_or_less_about_what_is_wanted(string word, WordKind kind) => Assert.Equal(kind, Lexicon.KindOf(word));

    [Fact]
    public void every_word_is_one_word_in_the_spelling_of_the_index() => Assert.All(Lexicon.Words, x => Assert.Equal(x, Folded(x)));

    private static string Folded(string word) => Assert.Single(Words.Of(word)).Joined;
}
