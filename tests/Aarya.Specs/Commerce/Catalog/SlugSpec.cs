using Aarya.Features.Commerce.Catalog;

namespace Aarya.Specs.Commerce.Catalog;

public sealed class SlugSpec
{
    [Theory]
    [InlineData("Handloom Kurta", "handloom-kurta")]
    [InlineData("  Café -- Crème's  Best ", "cafe-cremes-best")]
    [InlineData("कुर्ता", "")]
    [InlineData("A/B & C", "a-b-c")]
    public void a_name_becomes_an_address(string name, string slug) => Assert.Equal(slug, Slug.Of(name));

    [Theory]
    [InlineData("handloom-kurta", true)]
    [InlineData("-kurta", false)]
    [InlineData("kurta--red", false)]
    [InlineData("Kurta", false)]
    [InlineData("0198c5ab-7d56-7000-8000-000000000000", false)]
    public void an_address_is_words_joined_by_hyphens_and_no_id(string slug, bool valid) => Assert.Equal(valid, Slug.IsValid(slug));
}
