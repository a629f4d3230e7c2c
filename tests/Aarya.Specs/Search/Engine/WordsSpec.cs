using Aarya.Features.Search.Engine;

namespace Aarya.Specs.Search.Engine;

public sealed class WordsSpec
{
    [Theory]
    [InlineData("Linen Shirt", "linen shirt")]
    [InlineData("  the shirt for a friend's  wedding! ", "the shirt for a friend+s wedding")]
    [InlineData("Black/White Shirt", "black white shirt")]
    [InlineData("T-Shirt, t\u2010shirt, t\u2013shirt", "t+shirt t+shirt t+shirt")]
    [InlineData("T - Shirt -- 'n' all.", "t shirt n all")]
    [InlineData("Jeans 32-34", "jeans 32+34")]
    [InlineData("U.S. Polo U.S.A. A.P.C.", "u+s polo u+s+a a+p+c")]
    [InlineData("Levi's Levi\u2019s Levi\u02bcs Levi`s Levi\u00b4s", "levi+s levi+s levi+s levi+s levi+s")]
    [InlineData("H&M, S & M", "h+m s m")]
    [InlineData("501jeans XL2 100% 2.5mm", "501+jeans xl+2 100 2+5+mm")]
    [InlineData("www.aarya.example/shop?x=1e5 me@aarya.example", "www+aarya+example shop x 1+e+5 me aarya+example")]
    [InlineData("Crêpe CRE\u0300PE crepe", "crepe crepe crepe")]
    [InlineData("Straße STRASSE ẞ", "strasse strasse ss")]
    [InlineData("Ærø Œuvre Łódź Đà Nẵng Þórr", "aero oeuvre lodz da nang thorr")]
    [InlineData("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul")]
    [InlineData("Ｌｉｎｅｎ 𝐋𝐢𝐧𝐞𝐧 ﬁne №5", "linen linen fine no+5")]
    [InlineData("Levi's™ Polo® Tee©", "levi+s polo tee")]
    [InlineData("Ёлка Йогурт ΣΊΣΥΦΟΣ", "елка иогурт σισυφοσ")]
    [InlineData("soft\u00adhyphen zero\u200bwidth word\u2060join \ufeffbom", "softhyphen zero width wordjoin bom")]
    [InlineData("कुर्ता नीला", "कुर्ता नीला")]
    [InlineData("श्री श्\u200dरी श्\u200cरी", "श्री श्री श्री")]
    [InlineData("\u095bरी ज\u093cरी", "ज\u093cरी ज\u093cरी")]
    [InlineData("साइज़ ३४", "साइज\u093c 34")]
    [InlineData("கைத்தறி ಸೀರೆ ਫੁਲਕਾਰੀ", "கைத்தறி ಸೀರೆ ਫੁਲਕਾਰੀ")]
    [InlineData("سَرِير سـرير", "سرير سرير")]
    [InlineData("東京シャツ 𠮷", "東京シャツ 𠮷")]
    [InlineData("❤\ufe0f Shirt 👕 1\ufe0f\u20e3", "shirt 1")]
    [InlineData("a\tb\nc\u0000d", "a b c d")]
    [InlineData("\u0301\u093f", "")]
    [InlineData("' | & ! ( ) : * \\ <->", "")]
    [InlineData("", "")]
    public void a_text_comes_to_words_and_their_parts(string text, string words) => Assert.Equal(words, Show(Words.Of(text)));

    [Fact]
    public void half_a_character_ends_a_word() => Assert.Equal("a b", Show(Words.Of("a\ud800b")));

    [Theory]
    [InlineData("the shirt for a friend's wedding", "shirt friend+s wedding")]
    [InlineData("the", "the")]
    [InlineData("The On", "the on")]
    [InlineData("a-line skirt", "a+line skirt")]
    public void words_that_say_nothing_count_only_among_themselves(string typed, string words) =>
        Assert.Equal(words, Show(Words.Telling(Words.Of(typed))));

    [Fact]
    public void no_more_than_ten_words_are_looked_for() =>
        Assert.Equal(10, Words.Telling(Words.Of(string.Join(' ', Enumerable.Range(0, 100).Select(x => $"w{x}")))).Count);

    [Theory]
    [InlineData("TEE-01-WHITE-M", "tee01whitem")]
    [InlineData("tee 01 white m", "tee01whitem")]
    [InlineData("The Shirt of U.S.", "theshirtofus")]
    [InlineData("👕 !", "👕!")]
    [InlineData(" \u200d\u0000 ", "")]
    public void a_whole_name_is_one_word_and_signs_where_there_are_no_words(string text, string whole) =>
        Assert.Equal(whole, Words.Whole(text));

    [Fact]
    public void a_word_without_end_is_cut_between_two_characters()
    {
        Assert.Equal(200, Assert.Single(Words.Of(new string('a', 5_000))).Joined.Length);
        Assert.Equal("a" + string.Concat(Enumerable.Repeat("𠮷", 99)), Words.Whole("a" + string.Concat(Enumerable.Repeat("𠮷", 500))));
    }

    private static string Show(IReadOnlyList<Word> words) => string.Join(' ', words.Select(x => string.Join('+', x.Parts)));

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
