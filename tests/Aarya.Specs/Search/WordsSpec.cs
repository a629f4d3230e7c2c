using Aarya.Features.Search.Query;

namespace Aarya.Specs.Search;

public sealed class WordsSpec
{
    [Theory]
    [InlineData("Linen Shirt", "linen shirt")]
    [InlineData("  the shirt for a friend's  wedding! ", "shirt friend s wedding")]
    [InlineData("the", "the")]
    [InlineData("t-shirt", "t shirt")]
    [InlineData("' | & ! ( ) : * \\ <->", "")]
    [InlineData("कुर्ता नीला", "कुर्ता नीला")]
    public void what_is_typed_comes_to_the_words_that_say_something(string typed, string words) => Assert.Equal(words, string.Join(' ', Words.Of(typed)));

    [Fact]
    public void no_more_than_ten_words_are_looked_for() => Assert.Equal(10, Words.Of(string.Join(' ', Enumerable.Range(0, 100).Select(x => $"w{x}"))).Count);

    [Theory]
    [InlineData("shrt", "shirt")]
    [InlineData("sihrt", "shirt")]
    [InlineData("shirtt", "shirt")]
    [InlineData("trouzers", "trousers")]
    [InlineData("trouesr", "trousers")]
    [InlineData("kurat", "kurta")]
    [InlineData("jacket", "jacket")]
    [InlineData("socks", null)]
    [InlineData("xy", null)]
    public void the_nearest_word_is_what_was_meant_unless_none_is_near(string typed, string? meant) =>
        Assert.Equal(meant, Words.Nearest(typed, ["trousers", "shirt", "skirts", "kurta", "jacket", "short"]));
}
