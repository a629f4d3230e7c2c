using Aarya.Features.Content.Catalogue;
using Aarya.Features.Content.Contracts;
using Aarya.Specs.Commerce.Catalog;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine.Tracking;

namespace Aarya.Specs.Content.Catalogue;

/// <summary>Reports name products, whose names and categories come from the catalogue.</summary>
[StoryOf(typeof(RememberProductHandler), typeof(RememberCatalogue))]
public sealed class RememberProductSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    private readonly Guid id = Guid.NewGuid();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task the_latest_version_counts_in_whatever_order_the_versions_arrive()
    {
        await PublishAsync(2, "Silk Saree", "S");
        await PublishAsync(1, "Saree", "S", "M");
        Assert.Equal(["Silk Saree"], await NamesAsync("S", "M"));

        await PublishAsync(3, "Silk Saree, red", "S", "M");
        Assert.Equal(["Silk Saree, red", "Silk Saree, red"], await NamesAsync("S", "M"));
        var names = Host.Services.GetRequiredService<ProductNames>();
        Assert.Equal("Silk Saree, red", (await names.OfProductsAsync([$"{id:D}", "no id"], Cancel))[$"{id:D}"]);
    }

    [Fact]
    public async Task the_daily_look_at_the_catalogue_finds_products_whose_events_content_has_missed()
    {
        await GivenAsync(Kurta());
        var sku = Sku("M");
        Assert.Empty(await Host.Services.GetRequiredService<ProductNames>().OfSkusAsync([sku], Cancel));

        await Host.Services.GetServices<IHostedService>().OfType<RememberCatalogue>().Single().RunAsync(Cancel);

        var names = await Host.Services.GetRequiredService<ProductNames>().OfSkusAsync([sku], Cancel);
        Assert.Equal($"Handloom Kurta {Tag}", names[sku]);
    }

    private Task PublishAsync(long version, string name, params string[] sizes) => Host.InvokeMessageAndWaitAsync(
        new ProductPublishedNotice(id, version, name, "sarees", [.. sizes.Select(x => new PublishedVariant($"{Tag}-{x}"))]));

    private async Task<IEnumerable<string>> NamesAsync(params string[] sizes) =>
        (await Host.Services.GetRequiredService<ProductNames>().OfSkusAsync([.. sizes.Select(x => $"{Tag}-{x}")], Cancel)).Values;
}
