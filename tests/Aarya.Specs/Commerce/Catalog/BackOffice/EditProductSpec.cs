using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Catalog.BackOffice;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;

namespace Aarya.Specs.Commerce.Catalog.BackOffice;

/// <summary>Staff edit products, over HTTP.</summary>
[StoryOf(typeof(GetWholeProductEndpoint), typeof(PublishProductEndpoint))]
public sealed class EditProductSpec(AaryaFixture fixture, OtherNode other) : CatalogueStory(fixture), IClassFixture<OtherNode>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_wrong_price_a_text_a_category_and_a_picture_are_mended()
    {
        var kurta = await GivenAsync(Kurta());
        var (read, tag) = await ReadAsync(kurta.Id);
        Assert.Equal(("published", "\"1\""), (read.GetProperty("status").GetString(), tag));

        using var client = await ClientAsync(Host);
        var edit = Edit(price: 999) with
        {
            Name = $"Khadi Kurta {Tag}",
            Description = "Hand-spun.",
            Category = $"Khadi {Tag}",
            Images = ["https://cdn.example.com/k.jpg"],
        };
        using var answer = await PutAsync(client, kurta.Id, edit, tag);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("\"2\"", answer.Headers.ETag!.Tag);

        var seen = (await Get($"/api/products/{kurta.Id}")).ReadAsJson<ProductView>()!;
        Assert.Equal(($"Khadi Kurta {Tag}", "Hand-spun.", $"khadi-{Tag}", kurta.Slug),
            (seen.Name, seen.Description, seen.Category, seen.Slug));
        Assert.All(seen.Variants,
            x => Assert.Equal((Money.Rupees(999), "https://cdn.example.com/k.jpg", 5), (x.Price, x.Image, x.Available)));
        var (after, now) = await ReadAsync(kurta.Id);
        Assert.Equal("\"2\"", now);
        Assert.Equal(5, after.GetProperty("variants")[0].GetProperty("onHand").GetInt32());
    }

    [Fact]
    public async Task what_was_made_from_an_old_state_is_refused_by_the_names_of_what_changed_since()
    {
        var kurta = await GivenAsync(Kurta());
        using var client = await ClientAsync(Host);
        using var first = await PutAsync(client, kurta.Id, Edit(price: 999) with { Description = "Mended." }, "\"1\"");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        using var lost = await PutAsync(client, kurta.Id, Edit(price: 1), "\"1\"");

        Assert.Equal(HttpStatusCode.Conflict, lost.StatusCode);
        var problem = await lost.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("product.changed_meanwhile", problem.GetProperty("code").GetString());
        Assert.Equal(
            ["description", $"variants[{Sku("M")}].price", $"variants[{Sku("S")}].compareAtPrice", $"variants[{Sku("S")}].price"],
            problem.GetProperty("changed").EnumerateArray().Select(x => x.GetString()!));
        Assert.Equal("\"2\"", problem.GetProperty("etag").GetString());
        Assert.Equal(Money.Rupees(999), (await Get($"/api/products/{kurta.Id}")).ReadAsJson<ProductView>()!.Variants[0].Price);
    }

    [Fact]
    public async Task of_twenty_edits_on_two_processes_one_is_made_and_the_others_learn_what_changed()
    {
        var kurta = await GivenAsync(Kurta());
        using var here = await ClientAsync(Host);
        using var there = await ClientAsync(other.Host);

        var answers =
            await Task.WhenAll(Enumerable.Range(1, 20)
                .Select(x => PutAsync(x % 2 == 0 ? here : there, kurta.Id, Edit(price: 100 + x), "\"1\"")));

        Assert.Single(answers, x => x.StatusCode == HttpStatusCode.OK);
        foreach (var lost in answers.Where(x => x.StatusCode != HttpStatusCode.OK))
        {
            Assert.Equal(HttpStatusCode.Conflict, lost.StatusCode);
            Assert.Contains($"variants[{Sku("S")}].price",
                (await lost.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("changed").EnumerateArray()
                    .Select(x => x.GetString()));
        }
    }

    [Fact]
    public async Task an_edit_that_races_a_withdrawal_loses_to_it_or_comes_first_and_never_undoes_it()
    {
        var kurta = await GivenAsync(Kurta());
        using var here = await ClientAsync(Host);
        using var there = await ClientAsync(other.Host);

        var edit = PutAsync(here, kurta.Id, Edit(price: 999), "\"1\"");
        using var withdrawn = await there.PostAsync($"/api/admin/products/{kurta.Id}/withdraw", null, Cancel);
        using var edited = await edit;

        Assert.Equal(HttpStatusCode.OK, withdrawn.StatusCode);
        if (edited.StatusCode != HttpStatusCode.OK)
            Assert.Equal(["status"],
                (await edited.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("changed").EnumerateArray()
                    .Select(x => x.GetString()));
        Assert.Equal("withdrawn", (await ReadAsync(kurta.Id)).Product.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData(null, 428, "request.precondition_required")]
    [InlineData("\"7\"", 400, "request.invalid")]
    [InlineData("\"x\"", 400, "request.invalid")]
    [InlineData("x", 400, "request.invalid")]
    [InlineData("*", 200, null)]
    [InlineData("W/\"1\"", 200, null)]
    [InlineData("\"7\", \"1\"", 200, null)]
    public async Task a_change_says_what_it_was_made_from(string? tag, int status, string? code)
    {
        var kurta = await GivenAsync(Kurta());
        using var client = await ClientAsync(Host);
        using var answer = await PutAsync(client, kurta.Id, Edit(price: 999), tag);

        Assert.Equal(status, (int)answer.StatusCode);
        if (code is not null)
            Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        Assert.Equal(Money.Rupees(status == 200 ? 999 : 1_299),
            (await Get($"/api/products/{kurta.Id}")).ReadAsJson<ProductView>()!.Variants[0].Price);
    }

    public static TheoryData<string, string> Mistakes => new()
    {
        { "name", """{"name": ""}""" },
        { "description", """{"description": " "}""" },
        { "category", """{"category": "--"}""" },
        { "slug", """{"slug": "A b"}""" },
        { "images[0]", """{"images": ["http://example.com/a.jpg"]}""" },
        { "variants", """{"variants": []}""" },
        {
            "variants[0].price",
            """{"variants": [{"sku": "A", "options": {"size": "S", "colour": "Red"}, "price": {"amount": -1, "currency": "INR"}}]}"""
        },
        {
            "variants[1].options",
            """{"variants": [{"sku": "A", "options": {"size": "S", "colour": "Red"}, "price": {"amount": 1, "currency": "INR"}}, """
            + """{"sku": "B", "options": {"size": "s ", "colour": "red"}, "price": {"amount": 1, "currency": "INR"}}]}"""
        },
        { "onHand", """{"onHand": 3}""" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task a_mistake_is_a_400_that_names_the_field_and_changes_nothing(string field, string change)
    {
        var kurta = await GivenAsync(Kurta());
        using var client = await ClientAsync(Host);
        var body = JsonSerializer.SerializeToNode(Edit(price: 999), Answer.Json)!.AsObject();
        foreach (var (name, value) in JsonDocument.Parse(change).RootElement.EnumerateObject().Select(x => (x.Name, x.Value)))
            body[name] = System.Text.Json.Nodes.JsonNode.Parse(value.GetRawText());

        using var answer = await PutAsync(client, kurta.Id, body, "\"1\"");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(field,
            (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("errors").EnumerateObject().Select(x => x.Name));
        Assert.Equal("\"1\"", (await ReadAsync(kurta.Id)).Tag);
    }

    [Fact]
    public async Task a_variant_comes_with_its_stock_and_goes_when_nothing_of_it_is_left()
    {
        var kurta = await GivenAsync(Kurta());
        using var client = await ClientAsync(Host);
        var large = new NewVariant(Sku("L"), new("L", "Indigo"), Money.Rupees(1_399), null, 7);
        using (var added = await PutAsync(client, kurta.Id, Edit(1_299) with { Variants = [.. Edit(1_299).Variants, large] }, "\"1\""))
            Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        Assert.Equal(7, (await Host.StockOfAsync(Sku("L"))).OnHand);

        using (var full = await PutAsync(client, kurta.Id, Edit(1_299), "\"2\""))
        {
            Assert.Equal(HttpStatusCode.Conflict, full.StatusCode);
            var problem = await full.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            Assert.Equal(("variant.in_use", Sku("L")),
                (problem.GetProperty("code").GetString(), problem.GetProperty("skus")[0].GetString()));
        }

        await Adjust(Sku("L"), -7);
        using (var gone = await PutAsync(client, kurta.Id, Edit(1_299), "\"2\"")) Assert.Equal(HttpStatusCode.OK, gone.StatusCode);
        Assert.Equal(2, (await Get($"/api/products/{kurta.Id}")).ReadAsJson<ProductView>()!.Variants.Count);

        // The SKU is free for another product, and its stock sequence goes on.
        var before = (await Host.StockOfAsync(Sku("L"))).Sequence;
        await GivenAsync(Kurta("Other") with { Variants = [large with { Stock = 2 }] });
        var shelf = await Host.StockOfAsync(Sku("L"));
        Assert.Equal(2, shelf.OnHand);
        Assert.True(shelf.Sequence > before);
    }

    [Fact]
    public async Task stock_of_what_is_there_and_a_sku_of_another_product_are_refused()
    {
        var kurta = await GivenAsync(Kurta());
        await GivenAsync(Kurta("Other") with { Variants = [new(Sku("XL"), new("XL", "Indigo"), Money.Rupees(1))], Slug = $"other-{Tag}" });
        using var client = await ClientAsync(Host);

        using var stock =
            await PutAsync(client, kurta.Id,
                Edit(1_299) with { Variants = [.. Edit(1_299).Variants.Select(x => x with { Stock = 9 })] }, "\"1\"");
        using var sku =
            await PutAsync(client, kurta.Id,
                Edit(1_299) with { Variants = [new(Sku("XL"), new("XL", "Indigo"), Money.Rupees(1))] }, "\"1\"");
        using var slug = await PutAsync(client, kurta.Id, Edit(1_299) with { Slug = $"other-{Tag}" }, "\"1\"");

        Assert.Equal(HttpStatusCode.BadRequest, stock.StatusCode);
        Assert.Equal("product.sku_taken", (await sku.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        Assert.Equal("product.slug_taken", (await slug.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task a_slug_that_was_given_up_leads_nowhere_at_once_and_is_free()
    {
        var kurta = await GivenAsync(Kurta());
        await Get($"/api/products/{kurta.Slug}");
        using var client = await ClientAsync(Host);
        using (var moved = await PutAsync(client, kurta.Id, Edit(1_299) with { Slug = $"khadi-{Tag}" }, "\"1\""))
            Assert.Equal(HttpStatusCode.OK, moved.StatusCode);

        // Long before the cached entry expires, after a minute.
        await Eventually.HoldsAsync("the old address to lead nowhere",
            async () => (await client.GetAsync($"/api/products/{kurta.Slug}", Cancel)).StatusCode == HttpStatusCode.NotFound,
            TimeSpan.FromSeconds(30));
        await Get($"/api/products/khadi-{Tag}");
        var next = await GivenAsync(Kurta() with { Variants = [new(Sku("N"), new("N", "Indigo"), Money.Rupees(1))] });
        Assert.Equal(kurta.Slug, next.Slug);
        Assert.Equal(next.Id, (await Get($"/api/products/{kurta.Slug}")).ReadAsJson<ProductView>()!.Id);
    }

    [Fact]
    public async Task an_edit_that_changes_nothing_is_no_change()
    {
        var kurta = await GivenAsync(Kurta());
        using var client = await ClientAsync(Host);
        var (read, tag) = await ReadAsync(kurta.Id);
        var same = new EditProductBody(
            read.GetProperty("name").GetString()!, read.GetProperty("description").GetString()!,
            read.GetProperty("category").GetString()!, kurta.Slug,
            [.. kurta.Images], [.. kurta.Variants.Select(x => new NewVariant(x.Sku, x.Options, x.Price, x.CompareAtPrice, 0, x.Image))]);

        using var answer = await PutAsync(client, kurta.Id, same, tag);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(tag, answer.Headers.ETag!.Tag);
    }

    [Theory]
    [InlineData("support", 403)]
    [InlineData("customer", 403)]
    [InlineData("admin", 404)]
    public async Task only_the_people_who_keep_the_catalogue_change_it(string role, int status)
    {
        using var client = await ClientAsync(Host, role);
        using var answer = await PutAsync(client, Guid.NewGuid(), Edit(1), "\"1\"");
        Assert.Equal(status, (int)answer.StatusCode);
    }

    private sealed record EditProductBody(string Name, string Description, string Category, string Slug, IReadOnlyList<string> Images,
        IReadOnlyList<NewVariant> Variants);

    private CreateProductBody Edit(long price)
    {
        var kurta = Kurta();
        return new(kurta.Name, kurta.Description, kurta.Category,
            [.. kurta.Variants.Select(x => x with { Price = Money.Rupees(price), CompareAtPrice = null, Stock = 0 })]);
    }

    private sealed record CreateProductBody(
        string Name, string Description, string Category, IReadOnlyList<NewVariant> Variants, string? Slug = null,
        IReadOnlyList<string>? Images = null);

    private async Task<(JsonElement Product, string Tag)> ReadAsync(Guid id)
    {
        using var client = await ClientAsync(Host);
        using var answer = await client.GetAsync($"/api/admin/products/{id}", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel), answer.Headers.ETag!.Tag);
    }

    private static async Task<HttpClient> ClientAsync(IAlbaHost host, string role = "merchandiser")
    {
        var client = host.Server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await host.TokenFor(role));
        return client;
    }

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client, Guid id, object body, string? tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/admin/products/{id}")
        {
            Content = JsonContent.Create(body, options: Options),
        };
        if (tag is not null) request.Headers.TryAddWithoutValidation("If-Match", tag);
        return await client.SendAsync(request, Cancel);
    }

    private static readonly JsonSerializerOptions Options = new(Answer.Json)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };
}
