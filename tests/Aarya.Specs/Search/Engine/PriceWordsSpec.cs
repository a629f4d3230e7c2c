using Aarya.Features.Search.Engine;

namespace Aarya.Specs.Search.Engine;

public sealed class PriceWordsSpec
{
    [Theory]
    [InlineData("kurta under 1500", "kurta", null, 1_500L)]
    [InlineData("kurta below Rs. 1,500", "kurta", null, 1_500L)]
    [InlineData("under rs1500 kurta", "kurta", null, 1_500L)]
    [InlineData("kurta less than 1500 rupees", "kurta", null, 1_500L)]
    [InlineData("shoes upto 2k", "shoes", null, 2_000L)]
    [InlineData("jackets above 4000", "jackets", 4_000L, null)]
    [InlineData("saree more than 10,000 only for a wedding", "saree for a wedding", 10_000L, null)]
    [InlineData("between 1,000 and 2,000 shirt", "shirt", 1_000L, 2_000L)]
    [InlineData("shirt from 1000 to 2000", "shirt", 1_000L, 2_000L)]
    [InlineData("saree under 1,00,000", "saree", null, 100_000L)]
    [InlineData("shirt between 500 - 900", "shirt", 500L, 900L)]
    [InlineData("shirt between 500-900", "shirt", 500L, 900L)]
    [InlineData("jeans under 1000 511", "jeans 511", null, 1_000L)]
    [InlineData("kurta under 1500rs", "kurta", null, 1_500L)]
    [InlineData("kurta under \u20b91,500.00", "kurta", null, 1_500L)]
    [InlineData("1500 se kam kurta", "kurta", null, 1_500L)]
    [InlineData("kurta 1500 rupaye se zyada", "kurta", 1_500L, null)]
    [InlineData("kurta 1000 se 2000", "kurta", 1_000L, 2_000L)]
    [InlineData("under 1500", "", null, 1_500L)]
    [InlineData("under hundred hundred sau", "hundred sau", null, 100L)]
    [InlineData("under one thousand two lakh", "two lakh", null, 1_000L)]
    [InlineData("lehenga 1.5 lakh se kam", "lehenga", null, 150_000L)]
    [InlineData("lehenga under 1.5 lakh", "lehenga", null, 150_000L)]
    [InlineData("kurta under 1.5 thousand", "kurta", null, 1_500L)]
    [InlineData("saree 2.5 thousand to 5 thousand", "saree", 2_500L, 5_000L)]
    [InlineData("saree under 2 thousand 5 hundred", "saree", null, 2_500L)]
    [InlineData("lehenga under 1 lakh 50 thousand", "lehenga", null, 150_000L)]
    [InlineData("kurta under 1500 and a dupatta", "kurta and a dupatta", null, 1_500L)]
    [InlineData("kurta under 1500 and two dupattas", "kurta and two dupattas", null, 1_500L)]
    [InlineData("under two thousand one piece dress", "one piece dress", null, 2_000L)]
    [InlineData("kurta under five hundred a piece", "kurta a piece", null, 500L)]
    [InlineData("kurta under dhai sau", "kurta", null, 250L)]
    [InlineData("under two lakh thousand", "", null, 201_000L)]
    [InlineData("under five hundred thousand", "", null, 500_000L)]
    [InlineData("kurta under one thousand", "kurta", null, 1_000L)]
    [InlineData("kurta below two thousand five hundred rupees", "kurta", null, 2_500L)]
    [InlineData("saree above one lakh twenty five thousand", "saree", 125_000L, null)]
    [InlineData("kurta under a thousand", "kurta", null, 1_000L)]
    [InlineData("kurta under hundred", "kurta", null, 100L)]
    [InlineData("kurta under five hundred and fifty", "kurta", null, 550L)]
    [InlineData("kurta under 1.5k", "kurta", null, 1_500L)]
    [InlineData("kurta under 2 thousand", "kurta", null, 2_000L)]
    [InlineData("kurta under 2 thousand 500", "kurta", null, 2_500L)]
    [InlineData("jeans under 2 thousand 32", "jeans 32", null, 2_000L)]
    [InlineData("jeans under 1500 32", "jeans 32", null, 1_500L)]
    [InlineData("kurta up to 1500", "kurta", null, 1_500L)]
    [InlineData("ek hazaar se kam kurta", "kurta", null, 1_000L)]
    [InlineData("dedh hazar se kam kurta", "kurta", null, 1_500L)]
    [InlineData("paanch sau se zyada", "", 500L, null)]
    [InlineData("kurta 500-900", "kurta", 500L, 900L)]
    [InlineData("kurta rs500-rs900", "kurta", 500L, 900L)]
    [InlineData("kurta 500 to 900", "kurta", 500L, 900L)]
    [InlineData("kurta one thousand to two thousand", "kurta", 1_000L, 2_000L)]
    [InlineData("kurta between five hundred and one thousand", "kurta", 500L, 1_000L)]
    public void a_price_in_words_is_a_filter(string typed, string left, long? min, long? max)
    {
        var priced = PriceWords.Of(typed)!;

        Assert.Equal(left, string.Join(' ', priced.Left.Select(x => x.Joined)));
        Assert.Equal((min * 100, max * 100), (priced.Min, priced.Max));
        Assert.NotEmpty(priced.Text);
    }

    [Fact]
    public void every_text_of_the_words_of_prices_is_read_or_left()
    {
        string[] words =
        [
            "under", "between", "and", "to", "up", "from", "se", "kam", "hundred", "sau", "thousand", "lakh", "k", "a", "one", "ninety",
            "dedh", "500", "999999999", "1.5k", "500-900", "rs", "than", "00",
        ];
        Random random = new(1);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Join(' ', Enumerable.Range(0, 1 + random.Next(40)).Select(_ => words[random.Next(words.Length)]));
            if (PriceWords.Of(text) is not { } priced) continue;
            Assert.True(priced.Min is null or >= 10_000 && priced.Max is null or >= 10_000, text);
            Assert.True(priced.Min is null || priced.Max is null || priced.Min <= priced.Max, text);
        }
    }

    [Fact]
    public void a_price_may_have_paise() => Assert.Equal(99_999, PriceWords.Of("under 999.99")!.Max);

    [Theory]
    [InlineData("kurta")]
    [InlineData("kurta under")]
    [InlineData("size under 42")]
    [InlineData("over shirt 501")]
    [InlineData("from the loom")]
    [InlineData("between 2000 and 1000")]
    [InlineData("under 99999999999999999999")]
    [InlineData("under 1500ml")]
    [InlineData("between 900-500")]
    [InlineData("1500 se")]
    [InlineData("se kam")]
    [InlineData("501 jeans")]
    [InlineData("two piece dress")]
    [InlineData("two thousand dresses")]
    [InlineData("under two")]
    [InlineData("up 1500")]
    [InlineData("chino 32-34")]
    [InlineData("kurta 900-500")]
    [InlineData("under k")]
    [InlineData("lehenga 12.345 lakh se kam")]
    [InlineData("dress up to nine")]
    [InlineData("")]
    public void what_is_no_price_stays_text(string typed) => Assert.Null(PriceWords.Of(typed));
}
