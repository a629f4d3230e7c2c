using Aarya.Features;
using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Catalog.BackOffice;
using Aarya.Features.Commerce.Inventory.BackOffice;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;

namespace Aarya.Specs.Commerce.Catalog;

/// <summary>A merchandiser works on products that no other story uses.</summary>
public abstract class CatalogueStory(AaryaFixture fixture) : Spec(fixture)
{
    protected string Tag { get; } = Guid.NewGuid().ToString("N")[..8];

    protected string Merchandiser { get; private set; } = "";

    protected async Task SignIn() => Merchandiser = await Host.TokenFor("merchandiser");

    protected CreateProduct Kurta(string name = "Handloom Kurta", int stock = 5) => new(
        $"{name} {Tag}", "Handloom cotton, straight fit. Wash cold.", "Kurtas",
        [
            new(Sku("S"), new("S", "Indigo"), Money.Rupees(1_299), Money.Rupees(1_799), stock),
            new(Sku("M"), new("M", "Madder Red"), Money.Rupees(1_299), null, stock),
        ]);

    protected string Sku(string size) => $"KRT-{Tag.ToUpperInvariant()}-{size}";

    protected async Task<ProductView> GivenAsync(CreateProduct product)
    {
        if (Merchandiser.Length == 0) await SignIn();
        var (_, response) = await Track(x => Ask(x, product, 201));
        return response.ReadAsJson<ProductView>()!;
    }

    protected void Ask(Scenario x, CreateProduct product, int status)
    {
        x.WithBearerToken(Merchandiser);
        x.Post.Json(product).ToUrl("/api/admin/products");
        x.StatusCodeShouldBe(status);
    }

    protected Task<IScenarioResult> Get(string url, int status = 200) => Host.Scenario(x =>
    {
        x.Get.Url(url);
        x.StatusCodeShouldBe(status);
    });

    protected Task Adjust(string sku, int delta) => Track(x =>
    {
        x.WithBearerToken(Merchandiser);
        x.Post.Json(new AdjustStock(delta, "delivery")).ToUrl($"/api/admin/stock/{sku}/adjustments");
    });
}
