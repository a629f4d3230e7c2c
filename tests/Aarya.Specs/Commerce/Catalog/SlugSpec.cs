using Aarya.Features.Commerce.Catalog;

namespace Aarya.Specs.Commerce.Catalog;

public sealed class SlugSpec
{
    [Theory]
    [InlineData("Handloom Kurta", "handloom-kurta")]
    [InlineData("  Café -- Crème's  Best ", "cafe-cremes-best")]
    [InlineData("A/B & C", "a-b-c")]
    [InlineData("Cre\u0300me", "creme")]
    [InlineData("Cr\u00E8me", "creme")]
    [InlineData("Straße", "strasse")]
    [InlineData("STRASSE ẞ", "strasse-ss")]
    [InlineData("Ærø", "aero")]
    [InlineData("rø", "ro")]
    [InlineData("Þór Łódź", "thor-lodz")]
    [InlineData("Объект", "obekt")]
    [InlineData("Rock’n’Roll", "rocknroll")]
    [InlineData("½ sleeve", "1-2-sleeve")]
    [InlineData("Ｌｉｎｅｎ　Ｔｅｅ", "linen-tee")]
    [InlineData("q\u0323\u0307x", "qx")]
    [InlineData("0198C5AB-7D56-7000-8000-000000000000", "item-0198c5ab-7d56-7000-8000-000000000000")]
    [InlineData("!!!", "")]
    public void a_name_becomes_an_address(string name, string slug) => Assert.Equal(slug, Slug.Of(name));

    [Theory]
    [InlineData("कुर्ता")]
    [InlineData("हिन्दी कुर्ता, लाल")]
    [InlineData("ಕುರ್ತಾ")]
    [InlineData("கைத்தறி")]
    [InlineData("শাড়ি")]
    [InlineData("کرتا")]
    [InlineData("Кафтан")]
    [InlineData("浴衣")]
    [InlineData("きもの")]
    [InlineData("한복")]
    [InlineData("חולצה")]
    public void a_name_in_any_script_has_an_address_that_stays_what_it_is(string name)
    {
        var slug = Slug.Of(name);

        Assert.True(Slug.IsValid(slug), $"'{slug}' of {name}");
        Assert.Equal(slug, Slug.Of(slug));
        Assert.DoesNotContain(name.Split(' '), x => Slug.Of(x).Contains('-', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Handloom cotton kurta with mirror work and a mandarin collar, long sleeves, side slits, made in Kutch, Gujarat",
        "handloom-cotton-kurta-with-mirror-work-and-a-mandarin-collar-long-sleeves-side-slits-made-in")]
    public void a_long_name_is_cut_at_the_end_of_a_word(string name, string slug) => Assert.Equal(slug, Slug.Of(name));

    [Fact]
    public void one_long_word_is_cut_where_it_must_be()
    {
        Assert.Equal(new string('a', Slug.Longest), Slug.Of(new string('a', 120)));
        Assert.Equal($"{new string('a', Slug.Longest - 1)}", Slug.Of($"{new string('a', Slug.Longest - 1)} bbb"));
    }

    [Fact]
    public void what_is_taken_is_numbered_and_still_no_longer_than_a_slug_may_be()
    {
        Assert.Equal("tee", Slug.FirstFree("tee", new HashSet<string>()));
        Assert.Equal("tee-3", Slug.FirstFree("tee", new HashSet<string> { "tee", "tee-2" }));
        var longest = $"{new string('a', 90)}-bbbbb";
        Assert.Equal($"{new string('a', 90)}-2", Slug.FirstFree(longest, new HashSet<string> { longest }));
    }

    [Theory]
    [InlineData("handloom-kurta", true)]
    [InlineData("-kurta", false)]
    [InlineData("kurta--red", false)]
    [InlineData("Kurta", false)]
    [InlineData("0198c5ab-7d56-7000-8000-000000000000", false)]
    public void an_address_is_words_joined_by_hyphens_and_no_id(string slug, bool valid) => Assert.Equal(valid, Slug.IsValid(slug));
}
