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
    public void a_price_in_words_is_a_filter(string typed, string left, long? min, long? max)
    {
        var priced = PriceWords.Of(typed)!;

        Assert.Equal(left, string.Join(' ', priced.Left.Select(x => x.Joined)));
        Assert.Equal((min * 100, max * 100), (priced.Min, priced.Max));
        Assert.NotEmpty(priced.Text);
    }

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
    [InlineData("")]
    public void what_is_no_price_stays_text(string typed) => Assert.Null(PriceWords.Of(typed));
}
