using Aarya.Features;
using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Catalog.BackOffice;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;

namespace Aarya.Specs.Commerce.Catalog.BackOffice;

/// <summary>Merchandisers create the same product on two processes at once.</summary>
public sealed class CreateProductRaceSpec(AaryaFixture fixture, OtherNode other) : Spec(fixture), IClassFixture<OtherNode>
{
    private const int Racers = 20;

    private readonly string tag = Guid.NewGuid().ToString("N")[..10];

    [Fact]
    public async Task of_twenty_who_want_one_sku_one_has_it_and_the_others_are_told_so()
    {
        var answers = await RaceAsync(x => Tee(x, sku: $"TEE-{tag.ToUpperInvariant()}"));

        Assert.Single(answers, x => x.Status == 201);
        Assert.All(answers.Where(x => x.Status != 201), x => x.Is(409, "product.sku_taken"));
    }

    [Fact]
    public async Task of_twenty_who_want_one_slug_one_has_it_and_the_others_are_told_so()
    {
        var answers = await RaceAsync(x => Tee(x, slug: $"tee-{tag}"));

        Assert.Single(answers, x => x.Status == 201);
        Assert.All(answers.Where(x => x.Status != 201), x => x.Is(409, "product.slug_taken"));
    }

    [Fact]
    public async Task twenty_of_one_name_are_numbered()
    {
        var answers = await RaceAsync(x => Tee(x));

        Assert.All(answers, x => x.Is(201));
        Assert.Equal(
            Enumerable.Range(1, Racers).Select(x => x == 1 ? $"linen-tee-{tag}" : $"linen-tee-{tag}-{x}").Order(StringComparer.Ordinal),
            answers.Select(x => x["slug"].GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task a_new_category_is_opened_once_and_fails_none_of_those_who_open_it()
    {
        var answers = await RaceAsync(x => Tee(x) with { Category = $"Tees {tag}" });

        Assert.All(answers, x => x.Is(201));
        Assert.All(answers, x => Assert.Equal($"tees-{tag}", x["category"].GetString()));
    }

    private CreateProduct Tee(int racer, string? sku = null, string? slug = null) => new(
        $"Linen Tee {tag}", "Linen, loose.", "Tees",
        [new(sku ?? $"TEE-{tag.ToUpperInvariant()}-{racer}", new("M", "White"), Money.Rupees(900), null, 1)], slug);

    private async Task<IReadOnlyList<Answer>> RaceAsync(Func<int, CreateProduct> product)
    {
        using var here = await Shopper.OfRoleAsync(Host, "merchandiser");
        using var there = await Shopper.OfRoleAsync(other.Host, "merchandiser");
        return await Task.WhenAll(Enumerable.Range(0, Racers)
            .Select(x => (x % 2 == 0 ? here : there).PostAsync("/api/admin/products", product(x))));
    }
}
