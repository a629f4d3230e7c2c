using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Catalog.BackOffice;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Catalog.BackOffice;

[StoryOf(typeof(SetCategoryEndpoint), typeof(AnnounceCategoryHandler))]
public sealed class SetCategorySpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    private string Top => $"women-{Tag}";

    private string Part => $"kurtas-{Tag}";

    // Not the name of a category of other stories.
    private string PartName => $"Kurtas {Tag}";

    [Fact]
    public async Task a_category_that_becomes_a_part_of_another_is_announced_with_its_products_and_listed_there()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        var kurta = await GivenAsync(Kurta() with { Category = Part, Materials = ["Cotton"] });
        (await SetAsync(staff, Top, "Women")).Is(200);

        var sent = await Host.ExecuteAndWaitAsync(async () => (await SetAsync(staff, Part, PartName, Top)).Is(200), 30_000);

        var told = sent.Sent.MessagesOf<ProductPublishedNotice>().Single(x => x.ProductId == kurta.Id);
        Assert.Equal((1L, Part), (told.Version, told.Category));
        Assert.Equal((Top, "Cotton"), (Assert.Single(told.Ancestors), Assert.Single(told.Materials)));
        var commerce = Host.Services.GetRequiredService<global::Aarya.Protos.Commerce.Commerce.CommerceClient>();
        Assert.Equal(told.TreeVersion, (await commerce.GetProductAsync(new() { IdOrSlug = $"{kurta.Id}" })).TreeVersion);
        Assert.Equal("category.set", sent.Sent.SingleMessage<StaffActedNotice>().Act.Action);
        Assert.Equal(kurta.Id, Assert.Single((await Get($"/api/products?category={Top}")).ReadAsJson<ProductPage>()!.Items).Id);
        await Eventually.HoldsAsync("the list of categories", async () =>
            (await Get("/api/categories")).ReadAsJson<CategoryPage>()!.Items.Any(x => x == new CategoryView(Top, "Women", 1, null)));
        Assert.Contains(new CategoryView(Part, PartName, 1, Top), (await Get("/api/categories")).ReadAsJson<CategoryPage>()!.Items);
    }

    [Fact]
    public async Task a_new_product_of_a_part_is_announced_with_the_categories_above()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        (await SetAsync(staff, Top, "Women")).Is(200);
        (await SetAsync(staff, $"ethnic-{Tag}", "Ethnic", Top)).Is(200);
        (await SetAsync(staff, Part, PartName, $"ethnic-{Tag}")).Is(200);
        await SignIn();

        var (messages, _) = await Track(x => Ask(x, Kurta() with { Category = Part }, 201));

        Assert.Equal([$"ethnic-{Tag}", Top], messages.Sent.SingleMessage<ProductPublishedNotice>().Ancestors);
    }

    [Fact]
    public async Task a_circle_an_unknown_parent_and_a_tree_that_is_too_deep_are_refused_and_change_nothing()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        string? parent = null;
        for (var level = 1; level <= 5; level++)
        {
            (await SetAsync(staff, $"level-{level}-{Tag}", "Level", parent)).Is(200);
            parent = $"level-{level}-{Tag}";
        }

        (await SetAsync(staff, $"level-6-{Tag}", "Level", parent)).Is(409, "category.too_deep");
        (await SetAsync(staff, $"level-1-{Tag}", "Level", parent)).Is(409, "category.circle");
        (await SetAsync(staff, $"level-1-{Tag}", "Level", $"level-1-{Tag}")).Is(409, "category.circle");
        (await SetAsync(staff, $"level-1-{Tag}", "Level", $"nothing-{Tag}")).Is(400);
        (await SetAsync(staff, "Not A Slug", "Level")).Is(400);
        (await SetAsync(staff, $"level-1-{Tag}", "")).Is(400);
        (await SetAsync(staff, $"above-{Tag}", "Above")).Is(200);
        (await SetAsync(staff, $"level-1-{Tag}", "Level", $"above-{Tag}")).Is(409, "category.too_deep");

        using var customer = await Shopper.OfRoleAsync(Host, "customer");
        (await SetAsync(customer, $"level-1-{Tag}", "Level")).Is(403);
    }

    [Fact]
    public async Task every_move_gives_the_tree_a_higher_version_and_a_new_name_does_not()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        (await SetAsync(staff, Top, "Women")).Is(200);
        await GivenAsync(Kurta() with { Category = Part });

        var (first, second) = (await MoveAsync(Top), await MoveAsync(""));

        Assert.InRange(first, 1, long.MaxValue);
        Assert.InRange(second, first + 1, long.MaxValue);
        var renamed = await Host.ExecuteAndWaitAsync(async () => (await SetAsync(staff, Part, "Long kurtas")).Is(200), 30_000);
        Assert.Empty(renamed.Sent.MessagesOf<ProductPublishedNotice>());

        async Task<long> MoveAsync(string parent)
        {
            var sent = await Host.ExecuteAndWaitAsync(async () => (await SetAsync(staff, Part, PartName, parent)).Is(200), 30_000);
            return sent.Sent.MessagesOf<ProductPublishedNotice>().Single(x => x.Category == Part).TreeVersion;
        }
    }

    [Fact]
    public async Task a_category_stays_where_it_is_unless_a_request_names_another_parent_or_none()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        (await SetAsync(staff, Top, "Women")).Is(200);
        (await SetAsync(staff, Part, PartName, Top)).Is(200);

        Assert.Equal([Top], await AfterAsync(new { name = "Long kurtas" }));
        Assert.Equal([Top], await AfterAsync(new { name = PartName, parent = (string?)null }));
        Assert.Empty(await AfterAsync(new { name = PartName, parent = "" }));
        Assert.Empty(await AfterAsync(new { name = PartName }));

        async Task<IReadOnlyList<string>> AfterAsync(object body) =>
            (await staff.SendAsync(HttpMethod.Put, $"/api/admin/categories/{Part}", body)).Is(200).As<CategoryInTreeView>().Ancestors;
    }

    [Fact]
    public async Task the_products_of_a_large_category_are_announced_page_by_page_and_no_faster_than_the_announcer()
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        var now = DateTimeOffset.UtcNow;
        List<Product> products =
        [
            .. Enumerable.Range(0, AnnounceCategory.Most + 1).Select(x => new Product
            {
                Id = Guid.CreateVersion7(now.AddSeconds(x)),
                Slug = $"large-{x}-{Tag}",
                Name = "Kurta",
                Category = Part,
                Published = true,
                PublishedAt = DateTimeOffset.UnixEpoch,
                Variants = [new($"LARGE-{x}-{Tag}", "M", "Blue", Features.Money.Rupees(1_000), null, "")],
            }),
        ];
        session.Store<Product>(products);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);

        try
        {
            var first = await HandleAsync(new(Part, Guid.Empty));
            var last = first.OfType<DeliveryMessage<AnnounceCategory>>().Single();
            Assert.Equal(new AnnounceCategory(Part, products[AnnounceCategory.Most - 1].Id), last.Message);
            Assert.Equal(now + AnnounceCategory.Pause, last.Options.ScheduledTime);
            Assert.Single(first.OfType<AnnounceChanges>());
            Assert.IsType<AnnounceChanges>(Assert.Single(await HandleAsync(last.Message)));
            Assert.Empty(await HandleAsync(new(Part, products[^1].Id)));

            // The announcer has not caught up.
            await session.StartTransactionAsync(TestContext.Current.CancellationToken);
            await using var fill = new NpgsqlCommand(
                $"insert into commerce.product_changed select gen_random_uuid() from generate_series(1, {AnnounceChanges.Most})",
                session.Connection);
            await fill.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            var later = Assert.IsAssignableFrom<DeliveryMessage<AnnounceCategory>>(Assert.Single(await HandleAsync(new(Part, Guid.Empty))));
            Assert.Equal((new(Part, Guid.Empty), now + AnnounceCategory.Pause), (later.Message, later.Options.ScheduledTime));
        }
        finally
        {
            await using var cleaning = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
            foreach (var product in products) cleaning.Delete(product);
            await cleaning.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        Task<OutgoingMessages> HandleAsync(AnnounceCategory command) =>
            AnnounceCategoryHandler.Handle(command, session, now, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task to_repeat_what_is_so_is_no_act()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        (await SetAsync(staff, Top, "Women")).Is(200);

        var sent = await Host.ExecuteAndWaitAsync(async () => (await SetAsync(staff, Top, "Women")).Is(200), 30_000);

        Assert.Empty(sent.Sent.MessagesOf<StaffActedNotice>());
    }

    [Fact]
    public async Task a_product_keeps_its_materials_and_barcodes_until_an_edit_names_others()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        var kurta = Kurta();
        var made = await GivenAsync(kurta with
        {
            Materials = ["Silk", "Cotton"],
            Variants = [kurta.Variants[0] with { Barcode = "8901234567890" }, kurta.Variants[1]],
        });
        Assert.Equal(["Silk", "Cotton"], made.Materials);

        var same = await EditAsync(null, null);
        Assert.Equal(["Silk", "Cotton"], same.Materials);
        Assert.Equal("8901234567890", same.Variants[0].Barcode);
        var other = await EditAsync(["Linen"], "");
        Assert.Equal(["Linen"], other.Materials);
        Assert.Equal("", other.Variants[0].Barcode);

        async Task<WholeProductView> EditAsync(string[]? materials, string? barcode)
        {
            var whole = (await staff.GetAsync($"/api/admin/products/{made.Id}")).Is(200).As<WholeProductView>();
            var edit = new EditProduct(
                kurta.Name, $"{kurta.Description} {materials?.Length}", kurta.Category,
                [kurta.Variants[0] with { Stock = 0, Barcode = barcode }, kurta.Variants[1] with { Stock = 0 }], Materials: materials);
            return (await Host.Scenario(x =>
            {
                x.WithBearerToken(Merchandiser);
                x.Put.Json(edit).ToUrl($"/api/admin/products/{made.Id}");
                x.WithRequestHeader("If-Match", whole.Etag);
            })).ReadAsJson<WholeProductView>()!;
        }
    }

    [Theory]
    [InlineData("8901234567895")]
    [InlineData("890123456789")]
    [InlineData("89012345678x4")]
    [InlineData("123")]
    public async Task a_barcode_with_a_wrong_digit_is_refused(string barcode)
    {
        await SignIn();
        var kurta = Kurta();

        var answer = await Host.Scenario(x => Ask(x, kurta with { Variants = [kurta.Variants[0] with { Barcode = barcode }] }, 400));

        Assert.Contains("variants[0].barcode", answer.ReadAsText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_barcode_belongs_to_one_variant_of_one_product()
    {
        await SignIn();
        var number = $"{Random.Shared.NextInt64(10_000_000_000, 100_000_000_000)}";
        // A UPC-A, and the EAN-13 that is the same.
        var (upc, ean) = (number + CheckDigit(number), $"0{number}{CheckDigit(number)}");
        var kurta = Kurta();
        var both = kurta with { Variants = [kurta.Variants[0] with { Barcode = upc }, kurta.Variants[1] with { Barcode = ean }] };
        var refused = await Host.Scenario(x => Ask(x, both, 400));
        Assert.Contains("must not repeat a barcode", refused.ReadAsText(), StringComparison.Ordinal);
        var made = await GivenAsync(kurta with { Variants = [kurta.Variants[0] with { Barcode = upc }, kurta.Variants[1]] });

        var other = Kurta("Other");
        other = other with
        {
            Variants = [other.Variants[0] with { Sku = Sku("X"), Barcode = ean }, other.Variants[1] with { Sku = Sku("Y") }],
        };
        var taken = await Host.Scenario(x => Ask(x, other, 409));
        Assert.Contains("product.barcode_taken", taken.ReadAsText(), StringComparison.Ordinal);
        Assert.Contains(Sku("S"), taken.ReadAsText(), StringComparison.Ordinal);

        // The first variant keeps its barcode, which the second then cannot have.
        await EditAsync(null, ean, 400);
        // It moves from one to the other.
        await EditAsync("", ean, 200);
        await Host.Scenario(x => Ask(x, other, 409));
        await EditAsync("", "", 200);
        await GivenAsync(other);

        // Stored when barcodes were not unique: a product with another one's barcode, in both of its variants.
        await using (var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession())
        {
            session.QueueSqlCommand(
                """
                update commerce.mt_doc_product
                set data = jsonb_set(jsonb_set(data, '{variants,0,barcode}', ?::jsonb), '{variants,1,barcode}', ?::jsonb) where id = ?
                """, $"\"{upc}\"", $"\"{ean}\"", made.Id);
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await EditAsync(null, null, 200);
        // What is given up is not had again.
        await EditAsync("", null, 200);
        await EditAsync(upc, null, 400);

        async Task EditAsync(string? first, string? second, int status)
        {
            using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
            var whole = (await staff.GetAsync($"/api/admin/products/{made.Id}")).Is(200).As<WholeProductView>();
            var edit = new EditProduct(
                kurta.Name, kurta.Description, kurta.Category,
                [kurta.Variants[0] with { Stock = 0, Barcode = first }, kurta.Variants[1] with { Stock = 0, Barcode = second }]);
            await Host.Scenario(x =>
            {
                x.WithBearerToken(Merchandiser);
                x.Put.Json(edit).ToUrl($"/api/admin/products/{made.Id}");
                x.WithRequestHeader("If-Match", whole.Etag);
                x.StatusCodeShouldBe(status);
            });
        }

        static int CheckDigit(string digits) =>
            (10 - (digits.Reverse().Select((x, i) => (x - '0') * (i % 2 == 0 ? 3 : 1)).Sum() % 10)) % 10;
    }

    [Fact]
    public async Task the_name_of_several_categories_is_refused_until_a_slug_says_which_one_is_meant()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        var name = $"Shirts {Tag}";
        (await SetAsync(staff, $"men-shirts-{Tag}", name)).Is(200);
        Assert.Equal($"men-shirts-{Tag}", (await GivenAsync(Kurta() with { Category = name })).Category);
        (await SetAsync(staff, $"women-shirts-{Tag}", name)).Is(200);

        var other = Kurta("Other") with { Variants = [Kurta().Variants[0] with { Sku = Sku("X") }] };
        var refused = await Host.Scenario(x => Ask(x, other with { Category = name }, 409));

        Assert.Contains("category.ambiguous", refused.ReadAsText(), StringComparison.Ordinal);
        foreach (var slug in new[] { $"men-shirts-{Tag}", $"women-shirts-{Tag}" })
            Assert.Contains(slug, refused.ReadAsText(), StringComparison.Ordinal);
        Assert.Equal(
            $"women-shirts-{Tag}", (await GivenAsync(other with { Category = $"women-shirts-{Tag}" })).Category);
    }

    private static Task<Answer> SetAsync(Shopper staff, string slug, string name, string? parent = null) =>
        staff.SendAsync(HttpMethod.Put, $"/api/admin/categories/{Uri.EscapeDataString(slug)}", new { name, parent });
}
