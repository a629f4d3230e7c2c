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
    [InlineData("shoe", "sneaker")]
    [InlineData("handbag", "clutch")]
    [InlineData("red", "maroon")]
    [InlineData("लाल", "maroon")]
    public void a_broad_word_finds_narrower_ones_and_they_do_not_find_it(string broad, string narrow)
    {
        Assert.Contains(narrow, Lexicon.NarrowerThan(Folded(broad)));
        Assert.NotEmpty(Lexicon.NarrowerThan(narrow).Concat(Lexicon.SameAs(narrow)));
        Assert.DoesNotContain(Folded(broad), Lexicon.NarrowerThan(narrow).Concat(Lexicon.SameAs(narrow)));
    }

    [Theory]
    [InlineData("hoodies", "sweatshirt")]
    [InlineData("purses", "handbag")]
    [InlineData("scarves", "scarf")]
    [InlineData("dresses", "frock")]
    public void a_plural_is_known_by_its_singular(string plural, string same) => Assert.Contains(same, Lexicon.SameAs(plural));

    [Theory]
    [InlineData("shoes", WordKind.Thing)]
    [InlineData("navy", WordKind.Colour)]
    [InlineData("tote", WordKind.Thing)]
    [InlineData("blue", WordKind.Colour)]
    [InlineData("cotton", WordKind.Trait)]
    [InlineData("mens", WordKind.Aside)]
    [InlineData("zzzz", WordKind.Trait)]
    public void a_word_says_more_or_less_about_what_is_wanted(string word, WordKind kind) => Assert.Equal(kind, Lexicon.KindOf(word));

    [Fact]
    public void every_word_is_one_word_in_the_spelling_of_the_index() => Assert.All(Lexicon.Words, x => Assert.Equal(x, Folded(x)));

    [Fact]
    public void a_word_that_is_also_written_as_two_has_both_parts()
    {
        Assert.Equal(["t", "shirt"], Lexicon.PartsOf("tshirt"));
        Assert.Empty(Lexicon.PartsOf("shirt"));
    }

    private static string Folded(string word) => Assert.Single(Words.Of(word)).Joined;
}
