using System.Xml.Linq;
using Aarya.Features;
using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Catalog.BackOffice;
using Aarya.Features.Commerce.Catalog.Pictures;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;

namespace Aarya.Specs.Commerce.Catalog.Pictures;

[StoryOf(typeof(GetPictureEndpoint))]
public sealed class PictureSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    [Fact]
    public async Task every_colour_of_a_product_has_a_picture_that_a_client_may_keep_for_ever()
    {
        var kurta = await GivenAsync(Kurta());

        Assert.Equal(2, kurta.Images.Count);
        Assert.Equal(kurta.Images, kurta.Variants.Select(x => x.Image));
        List<string> drawings = [];
        foreach (var image in kurta.Images)
        {
            var answer = await Get(image);
            Assert.Equal("image/svg+xml", answer.Context.Response.ContentType);
            Assert.Equal("public, max-age=31536000, immutable", answer.Context.Response.Headers.CacheControl.ToString());
            drawings.Add(answer.ReadAsText());
        }

        Assert.Equal(2, drawings.Distinct().Count());
        Assert.Equal($"Handloom Kurta {Tag}, Madder Red", XDocument.Parse(drawings[1]).Root!.Elements().First().Value);
    }

    [Fact]
    public async Task an_address_without_its_version_shows_the_same_for_an_hour()
    {
        var kurta = await GivenAsync(Kurta());
        var bare = await Get($"/media/products/{kurta.Slug}.svg?v=old");

        Assert.Equal((await Get(kurta.Images[0])).ReadAsText(), bare.ReadAsText());
        Assert.Equal("public, max-age=3600", bare.Context.Response.Headers.CacheControl.ToString());
    }

    [Fact]
    public async Task a_name_with_markup_in_it_is_shown_and_not_run()
    {
        var nasty = $"</title><script>alert({Tag.Length})</script> & \"Shirt\"";
        var product = await GivenAsync(Kurta() with
        {
            Name = nasty,
            Slug = $"nasty-{Tag}",
            Variants = [new(Sku("X"), new("M", "<i>Red"), Money.Rupees(1))],
        });

        var svg = XDocument.Parse((await Get(product.Images[0])).ReadAsText());

        Assert.Equal($"{nasty}, <i>Red", svg.Root!.Elements().First().Value);
        Assert.DoesNotContain(svg.Descendants(), x => x.Name.LocalName is "script" or "i");
    }

    [Theory]
    [InlineData("nothing-like-it.svg")]
    [InlineData("nothing/like-it.svg")]
    public async Task what_is_not_sold_has_no_picture(string address) => await Get($"/media/products/{address}", 404);

    [Fact]
    public async Task a_colour_that_it_does_not_come_in_has_no_picture()
    {
        var kurta = await GivenAsync(Kurta());
        await Get($"/media/products/{kurta.Slug}/mauve.svg", 404);
    }

    [Fact]
    public async Task every_kind_of_garment_in_every_cloth_can_be_drawn()
    {
        string[] cloths = ["Plain", "Striped", "Pinstripe", "Gingham", "Check", "Block", "Floral", "Bandhani", "Ikat", "Leheriya", "Chikan",
            "Jaal", "Brocade", "Twill", "Herringbone"];
        string[] garments = ["Shirt", "T-Shirt", "Polo", "Kurta", "Anarkali", "Saree", "Trousers", "Jeans", "Palazzo", "Skirt", "Dress",
            "Nehru Jacket", "Blazer", "Bomber", "Denim Jacket", "Dupatta", "Jutti", "Sandal", "Sneaker", "Tote", "Sling", "Potli", "Belt"];
        var variants = new[]
        {
            new NewVariant("", new("M", "White"), Money.Rupees(1)),
            new NewVariant("", new("M", "Black"), Money.Rupees(1)),
            new NewVariant("", new("M", "Zaffre"), Money.Rupees(1)),
        };
        foreach (var (name, i) in garments.Select((x, i) => ($"{cloths[i % cloths.Length]} {x}", i)))
        {
            var product = await GivenAsync(Kurta() with
            {
                Name = name,
                Slug = $"{Slug.Of(name)}-{Tag}",
                Variants = [.. variants.Select((x, n) => x with { Sku = Sku($"{i}-{n}") })],
            });
            foreach (var image in product.Images)
                Assert.True(XDocument.Parse((await Get(image)).ReadAsText()).Descendants().Count() > 20, $"{name}: {image}");
        }
    }
}
