using System.Text;
using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Catalog.BackOffice;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Catalog.BackOffice;

public sealed class CreateProductSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    [Fact]
    public async Task a_new_product_is_on_sale_at_once_and_the_other_contexts_are_told()
    {
        await SignIn();

        var (messages, response) = await Track(x => Ask(x, Kurta(), 201));

        var created = response.ReadAsJson<ProductView>()!;
        Assert.Equal($"handloom-kurta-{Tag}", created.Slug);
        Assert.Equal($"/api/products/{created.Slug}", response.Context.Response.Headers.Location);
        Assert.Equal([5, 5], created.Variants.Select(x => x.Available));
        var told = messages.Sent.MessagesOf<ProductPublishedNotice>().Single(x => x.ProductId == created.Id);
        Assert.Equal((1L, "kurtas", 2), (told.Version, told.Category, told.Variants.Count));
        Assert.Equal((Money.Rupees(1_299), Money.Rupees(1_799), 5),
            (told.Variants[0].Price, told.Variants[0].CompareAtPrice!.Value, told.Variants[0].Available));
        Assert.Equal([Sku("M"), Sku("S")],
            messages.Sent.MessagesOf<StockChangedNotice>().Where(x => x.ProductId == created.Id).Select(x => x.Sku).Order());

        foreach (var address in new[] { created.Id.ToString(), created.Slug })
            Assert.Equal(created.Name, (await Get($"/api/products/{address}")).ReadAsJson<ProductView>()!.Name);
        Assert.Equal(new StockView(Sku("S"), 5), (await Get($"/api/inventory/{Sku("S")}")).ReadAsJson<StockView>());
    }

    [Fact]
    public async Task a_draft_is_not_seen_until_it_is_published_and_not_after_it_is_withdrawn()
    {
        var draft = await GivenAsync(Kurta() with { Publish = false });
        await Get($"/api/products/{draft.Id}", 404);
        await Get($"/api/inventory/{Sku("S")}", 404);

        Assert.Equal(2, (await Move("publish")).Single<ProductPublishedNotice>().Version);
        await Get($"/api/products/{draft.Id}");
        Assert.Empty((await Move("publish")).All<ProductPublishedNotice>());
        Assert.Equal(3, (await Move("withdraw")).Single<ProductWithdrawnNotice>().Version);
        await Get($"/api/products/{draft.Slug}", 404);

        async Task<Sent> Move(string to)
        {
            var (messages, _) = await Track(x =>
            {
                x.WithBearerToken(Merchandiser);
                x.Post.Url($"/api/admin/products/{draft.Id}/{to}");
            });
            return new([.. messages.Sent.AllMessages()]);
        }
    }

    private sealed record Sent(IReadOnlyList<object> Messages)
    {
        public IEnumerable<T> All<T>() => Messages.OfType<T>();

        public T Single<T>() => All<T>().Single();
    }

    [Fact]
    public async Task an_address_and_a_sku_belong_to_one_product()
    {
        await GivenAsync(Kurta());

        Assert.Equal("product.slug_taken", await Refused(Kurta("Other") with { Slug = $"handloom-kurta-{Tag}" }, 409));
        Assert.Equal("product.sku_taken", await Refused(Kurta("Other") with { Slug = $"other-{Tag}" }, 409));
    }

    [Fact]
    public async Task a_name_that_another_product_has_too_is_numbered_in_its_address()
    {
        await GivenAsync(Kurta());

        Assert.Equal($"handloom-kurta-{Tag}-2", (await GivenAsync(Another())).Slug);
        Assert.Equal($"handloom-kurta-{Tag}-3", (await GivenAsync(Another())).Slug);
    }

    [Theory]
    [InlineData("Cre\u0300me", "creme")]
    [InlineData("Straße", "strasse")]
    public async Task an_address_is_made_of_a_name_in_any_letters(string name, string slug)
    {
        Assert.Equal($"{slug}-{Tag}", (await GivenAsync(Another() with { Name = $"{name} {Tag}" })).Slug);
    }

    [Fact]
    public async Task a_name_that_no_address_can_be_made_of_or_that_is_an_id_has_an_address_of_its_own()
    {
        var unwritten = Enumerable.Range(0x2A6E0, 0x8000).Select(x => new Rune(x))
            .First(x => Rune.IsLetter(x) && Slug.Of($"{x}").Length == 0);
        Assert.StartsWith("product-", (await GivenAsync(Another() with { Name = $"{unwritten}{unwritten}" })).Slug,
            StringComparison.Ordinal);
        var id = Guid.NewGuid().ToString();
        Assert.Equal($"item-{id}", (await GivenAsync(Another() with { Name = id })).Slug);
        Assert.True((await GivenAsync(Another() with { Name = $"{Tag} {string.Join(' ', Enumerable.Repeat("ਕੁੜਤਾ", 18))}" })).Slug.Length
            <= Slug.Longest);
    }

    [Theory]
    [InlineData("S", "Indigo")]
    [InlineData("s", "INDIGO")]
    [InlineData(" S ", "Indigo ")]
    [InlineData("S", "In\u200Bdigo")]
    [InlineData("Ｓ", "Indigo")]
    public async Task two_variants_of_one_size_and_colour_are_refused(string size, string colour)
    {
        await SignIn();
        var kurta = Kurta() with
        {
            Variants = [new(Sku("S"), new("S", "Indigo"), Money.Rupees(1)), new(Sku("T"), new(size, colour), Money.Rupees(1))],
        };

        var refused = (await Host.Scenario(x => Ask(x, kurta, 400))).ReadAsJson<JsonElement>();

        Assert.Equal(["variants[1].options"], refused.GetProperty("errors").EnumerateObject().Select(x => x.Name));
    }

    [Fact]
    public async Task a_colour_is_the_same_however_its_letters_are_composed()
    {
        await SignIn();
        var kurta = Kurta() with
        {
            Variants = [new(Sku("S"), new("S", "Cr\u00E8me"), Money.Rupees(1)), new(Sku("T"), new("S", "cre\u0300me"), Money.Rupees(1))],
        };
        await Host.Scenario(x => Ask(x, kurta, 400));
    }

    // The same name under another SKU.
    private CreateProduct Another() =>
        Kurta() with
        {
            Variants = [new($"OTH-{Guid.NewGuid():N}"[..30].ToUpperInvariant(), new("S", "Indigo"), Money.Rupees(900), Stock: 1)],
        };

    public static TheoryData<string, string> Mistakes => new()
    {
        { "name", """{"name": ""}""" },
        { "name", """{"name": "!!!"}""" },
        { "description", """{"description": ""}""" },
        { "category", """{"category": ""}""" },
        { "category", """{"category": "---"}""" },
        { "slug", """{"slug": "Not A Slug"}""" },
        { "slug", """{"slug": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""" },
        {
            "variants[0].image",
            """{"variants": [{"sku": "A", "options": {"size": "S", "colour": "Red"}, "price": {"amount": """
            + """1, "currency": "INR"}, "image": "ftp://x/y"}]}"""
        },
        { "slug", """{"slug": "0198c5ab-7d56-7000-8000-000000000000"}""" },
        { "hsnCode", """{"hsnCode": ""}""" },
        { "hsnCode", """{"hsnCode": "8517"}""" },
        { "hsnCode", """{"hsnCode": "610"}""" },
        { "hsnCode", """{"hsnCode": "6109 1000"}""" },
        { "hsnCode", """{"hsnCode": "6309"}""" },
        { "images[0]", """{"images": ["javascript:alert(1)"]}""" },
        { "images[0]", """{"images": ["/\\evil.example/x.jpg"]}""" },
        { "images[0]", """{"images": ["/x.jpg\n"]}""" },
        { "images[0]", """{"images": ["/x.jpg\" onerror=\"alert(1)"]}""" },
        {
            "variants[0].image",
            """{"variants": [{"sku": "A", "options": {"size": "S", "colour": "Red"}, "price": {"amount": """
            + """1, "currency": "INR"}, "image": "/\\evil.example/x.jpg"}]}"""
        },
        { "name", """{"name": "Kurta \u202Eatruk"}""" },
        { "name", """{"name": "Kur\u200Bta"}""" },
        { "name", """{"name": "Kurta\nred"}""" },
        { "category", """{"category": "kur\u2066tas"}""" },
        { "description", """{"description": "soft \u202Etfos"}""" },
        { "description", """{"description": "soft\u0000"}""" },
        {
            "variants[0].options.size",
            """{"variants": [{"sku": "A", "options": {"size": "S\u202E", "colour": "Red"}, "price": {"amount": 1, "currency": "INR"}}]}"""
        },
        {
            "variants[0].options.colour",
            """{"variants": [{"sku": "A", "options": {"size": "S", "colour": "R\u202Eed"}, "price": {"amount": 1, "currency": "INR"}}]}"""
        },
        { "variants", """{"variants": []}""" },
        {
            "variants",
            """{"variants": [{"sku": "A", "options": {"size": "S", "colour": "Red"}, "price": {"amount": 1, "currency": "INR"}}, """
            + """{"sku": "A", "options": {"size": "M", "colour": "Red"}, "price": {"amount": 1, "currency": "INR"}}]}"""
        },
        {
            "variants[0].sku",
            """{"variants": [{"sku": "lower case", "options": {"size": "S", "colour": "Red"}, "price": {"amount": """
            + """1, "currency": "INR"}}]}"""
        },
        {
            "variants[0].options.size",
            """{"variants": [{"sku": "A", "options": {"size": "", "colour": "Red"}, "price": {"amount": 1, "currency": "INR"}}]}"""
        },
        {
            "variants[0].price",
            """{"variants": [{"sku": "A", "options": {"size": "S", "colour": "Red"}, "price": {"amount": 0, "currency": "INR"}}]}"""
        },
        {
            "variants[0].price",
            """{"variants": [{"sku": "A", "options": {"size": "S", "colour": "Red"}, "price": {"amount": 1, "currency": "USD"}}]}"""
        },
        {
            "variants[0].compareAtPrice",
            """{"variants": [{"sku": "A", "options": {"size": "S", "colour": "Red"}, "price": {"amount": """
            + """9, "currency": "INR"}, "compareAtPrice": {"amount": 9, "currency": "INR"}}]}"""
        },
        {
            "variants[0].stock",
            """{"variants": [{"sku": "A", "options": {"size": "S", "colour": "Red"}, "price": {"amount": """
            + """9, "currency": "INR"}, "stock": -1}]}"""
        },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task a_mistake_is_a_400_that_names_the_field(string field, string change)
    {
        await SignIn();
        var product = JsonSerializer.SerializeToNode(Kurta(), JsonSerializerOptions.Web)!.AsObject();
        foreach (var (name, value) in JsonDocument.Parse(change).RootElement.EnumerateObject().Select(x => (x.Name, x.Value)))
            product[name] = System.Text.Json.Nodes.JsonNode.Parse(value.GetRawText());

        var response = await Host.Scenario(x =>
        {
            x.WithBearerToken(Merchandiser);
            x.Post.Json(product).ToUrl("/api/admin/products");
            x.StatusCodeShouldBe(400);
            x.ContentTypeShouldBe("application/problem+json");
        });

        Assert.Contains(field, response.ReadAsJson<JsonElement>().GetProperty("errors").EnumerateObject().Select(x => x.Name));
    }

    [Theory]
    [InlineData("customer", 403)]
    [InlineData("support", 403)]
    [InlineData("admin", 201)]
    public async Task only_the_people_who_keep_the_catalogue_may(string role, int status)
    {
        var token = await Host.TokenFor(role);
        await Host.Scenario(x =>
        {
            x.WithBearerToken(token);
            x.Post.Json(Kurta()).ToUrl("/api/admin/products");
            x.StatusCodeShouldBe(status);
        });
    }

    [Fact]
    public async Task a_product_is_taxed_by_the_code_that_it_was_given_and_as_clothing_without_one()
    {
        var kurta = await GivenAsync(Kurta());
        var bag = await GivenAsync(Kurta("Leather Bag") with
        {
            HsnCode = "4202",
            Variants = [new($"BAG-{Tag.ToUpperInvariant()}", new("One Size", "Tan"), Money.Rupees(1_299))],
        });

        Assert.Equal(("62", "4202"), (kurta.HsnCode, bag.HsnCode));
        Assert.Equal("4202", (await Get($"/api/products/{bag.Slug}")).ReadAsJson<ProductView>()!.HsnCode);
        using var shopper = await Shopper.GuestAsync(Host);
        Assert.Equal(5, (await shopper.AddAsync(kurta.Variants[0].Sku)).Is(200).As<CartView>().Taxes.Single().Rate);
        Assert.Equal([5, 18], (await shopper.AddAsync(bag.Variants[0].Sku)).Is(200).As<CartView>().Taxes.Select(x => x.Rate));
    }

    private async Task<string?> Refused(CreateProduct product, int status) =>
        (await Host.Scenario(x => Ask(x, product, status))).ReadAsJson<JsonElement>().GetProperty("code").GetString();
}
