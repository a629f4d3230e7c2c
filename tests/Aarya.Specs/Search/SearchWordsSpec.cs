using System.Text.RegularExpressions;
using Aarya.Features;
using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Index;
using Aarya.Features.Search.Query;
using Aarya.Features.Search.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Search;

/// <summary>The index and the query split a text into the same words.</summary>
public sealed partial class SearchWordsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly CatalogueNews news = new(fixture.Host);

    [Theory]
    [InlineData("Black/White Shirt", "white", "black", "black white", "Black/White Shirt", "white/black")]
    [InlineData("Chino 32-34", "32", "34", "32-34", "32 34", "chino 34", "32\u201334")]
    [InlineData("U.S. Polo Shirt", "us polo", "u.s. polo", "US Polo", "u s polo", "uspolo", "u.s.polo", "U.S. Polo Shirt")]
    [InlineData("US Polo Shirt", "us polo", "u.s. polo", "U.S.Polo", "u s polo")]
    [InlineData("U.S.A. Cap", "usa cap", "u.s.a.", "u s a cap", "USA")]
    [InlineData("A. P. C. Jacket", "apc", "a.p.c.", "A P C jacket")]
    [InlineData("Crêpe Blouse", "crepe", "crêpe", "CRE\u0302PE", "crèpe blouse")]
    [InlineData("Crepe Blouse", "crêpe", "crepe")]
    [InlineData("Straße Læder Jakke", "strasse", "STRASSE laeder", "læder", "straße")]
    [InlineData("T-Shirt", "t shirt", "tshirt", "t-shirt", "T-SHIRTS", "tshirts", "tee shirt", "tee")]
    [InlineData("T Shirt", "t shirt", "tshirt", "t-shirt", "tee shirts")]
    [InlineData("Tshirt", "t shirt", "tshirt", "t-shirt", "tees")]
    [InlineData("Hand Bag", "handbag", "hand bag", "hand-bags", "purse")]
    [InlineData("Handbag", "handbag", "hand bag", "hand-bags")]
    [InlineData("Men's Kurta", "men", "mens", "men's", "men s", "men\u2019s kurta", "mens kurta")]
    [InlineData("Mens Kurta", "men's kurta", "mens kurta")]
    [InlineData("Levi\u2019s 501", "levis", "levi's", "levi", "levi`s 501", "levis501", "501")]
    [InlineData("501Jeans", "501", "jeans", "501 jeans", "501jeans")]
    [InlineData("501 Jeans", "501jeans", "501-jeans")]
    [InlineData("100% Cotton Tee", "100% cotton", "100 cotton", "cotton 100", "100%")]
    [InlineData("XL2 Overshirt 1e5 v2", "xl2", "over shirt", "overshirt", "1e5", "v2", "xl 2")]
    [InlineData("Off-the-Shoulder Top", "off the shoulder", "offtheshoulder", "off-the-shoulder", "off shoulder")]
    [InlineData("H&M Blazer", "h&m", "h & m", "hm blazer")]
    [InlineData("www.aarya.example Tote", "aarya", "example tote", "www.aarya.example")]
    [InlineData("नीला कुर्ता", "नीला", "कुर्ता", "नीला कुर्ता", "कुर")]
    [InlineData("श्री साड़ी ३४", "श्\u200dरी", "34", "सा\u095cी")]
    [InlineData("கைத்தறி புடவை", "கைத்தறி", "புடவை")]
    [InlineData("𠮷田 Haori", "𠮷田", "haori 𠮷田")]
    [InlineData("Café Racer\u2122 Jacket", "cafe racer", "racer jacket")]
    public async Task a_name_is_found_however_its_words_are_typed(string name, params string[] typed)
    {
        var product = await news.PublishAsync(name);

        foreach (var text in typed)
        {
            var page = await SearchAsync($"{text} {news.Word}");
            Assert.True(
                page.Items is [var found] && found.Id == product.ProductId && page.DidYouMean is null,
                $"'{text}' found {page.Total} ({page.DidYouMean})");
            Assert.Contains(await SuggestAsync($"{text} {news.Word}"), x => x.Slug == product.Slug);
        }
    }

    [Theory]
    [InlineData("T-Shirt", "umbrella")]
    [InlineData("Chino 32-34", "33")]
    [InlineData("Black/White Shirt", "grey")]
    public async Task what_a_name_does_not_say_does_not_find_it(string name, string typed)
    {
        var product = await news.PublishAsync(name);

        // Another story may sell something grey: then the other word is ignored.
        var page = await SearchAsync($"{typed} {news.Word}");
        Assert.True(
            page.Items.All(x => x.Id != product.ProductId) || page.DidYouMean is not null || page.IgnoredWords.SequenceEqual([typed]));
    }

    [Theory]
    [InlineData("Polo's \"Best\" Tee (2-Pack) \\ 50% & more: !*|")]
    [InlineData("The On and Of")]
    [InlineData("One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen")]
    [InlineData("The A to Z of an Off White and In by At On Shirt for My Mother")]
    [InlineData("Donaudampfschifffahrtsgesellschaftskapitänsmützenhalterungsbefestigungsschraubenaufbewahrungsschachtel Grün")]
    [InlineData("a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p")]
    [InlineData("👕✨")]
    [InlineData("'\\''")]
    [InlineData("कुर्ता, नीला; (मध्यम)")]
    [InlineData("Ⅷ ½ ② ﷺ ﬁt")]
    [InlineData("5.5 m Silk/Cotton @ 1,299.00")]
    [InlineData("shirt")]
    [InlineData("-1 --2 +3 1e-7 0x1F 12:30 192.168.0.1")]
    public async Task a_whole_name_finds_its_product_first(string name)
    {
        // CatalogueNews adds the story's word to every name; here the name stands alone.
        var product = news.Product("x") with { Name = name, Description = "" };
        await news.TellAsync(news.Product("x") with { Name = $"{name} {name}", Description = name });
        await news.TellAsync(product);

        var page = await SearchAsync(name);

        Assert.Equal(product.ProductId, page.Items[0].Id);
        Assert.Null(page.DidYouMean);
        await news.TellAsync(new ProductWithdrawnNotice(product.ProductId, 2));
    }

    [Fact]
    public async Task every_name_of_the_demo_shop_finds_its_product_first()
    {
        var goods = DemoGood().Matches(await File.ReadAllTextAsync(Repository.PathOf("src/Features/Commerce/Demo/DemoProducts.cs")))
            .Select(x => (Category: x.Groups[1].Value, Name: x.Groups[2].Value)).ToList();
        Assert.True(goods.Count >= 60, $"{goods.Count} goods were read");
        foreach (var (category, name) in goods)
            await news.TellAsync(news.Product("x", category, colours: ["Indigo", "Off White"]) with { Name = name });

        foreach (var (_, name) in goods)
        {
            Assert.Equal(name, (await SearchAsync(name)).Items[0].Name);
            Assert.Equal(name, (await SearchAsync(name.ToUpperInvariant().Replace(' ', '-'))).Items[0].Name);
        }
    }

    [GeneratedRegex("""new\("([^"]+)", "([^"]+)", """)]
    private static partial Regex DemoGood();

    [Theory]
    [InlineData("TEE-01-{0}-M", "TEE-01-{0}-M", "tee-01-{0}-m", "tee01{0}m", "TEE 01 {0} M", "tee-01-{0}", "tee01{0}")]
    [InlineData("{0}.A_7-XL", "{0}.a_7-xl", "{0}A7XL", "{0}-a7", "{0} a 7 xl", "{0}")]
    [InlineData("8901234567890{0}", "8901234567890{0}", "8901234567890 {0}")]
    public async Task a_sku_and_its_beginning_find_the_product(string sku, params string[] typed)
    {
        var own = news.Word.ToUpperInvariant();
        sku = string.Format(null, sku, own);
        var product = news.Product("x") with
        {
            Name = "Plain",
            Variants = [new(sku, "M", "Blue", Money.Rupees(999), 3), new($"{sku}L", "L", "Blue", Money.Rupees(999), 3)],
        };
        await news.TellAsync(product);

        foreach (var text in typed)
        {
            var page = await SearchAsync(string.Format(null, text, own));
            Assert.Equal((product.ProductId, null), (page.Items[0].Id, page.DidYouMean));
        }
    }

    [Theory]
    [InlineData("xl", true)]
    [InlineData("34", true)]
    [InlineData("bottle green", true)]
    [InlineData("bottlegreen 32", true)]
    [InlineData("ecru", true)]
    [InlineData("36", false)]
    public async Task sizes_and_colours_are_words_too(string typed, bool found)
    {
        await news.PublishAsync("Plain", sizes: ["XL", "32-34"], colours: ["Bottle Green", "Écru"]);

        Assert.Equal(
            found ? 1 : 0,
            (await SearchAsync($"{typed} {news.Word}") is { DidYouMean: null, IgnoredWords: [] } page ? page.Total : 0));
    }

    [Theory]
    // A size in words is looked for where sizes are.
    [InlineData("Men's Kurta", "L", "small")]
    [InlineData("Men's Kurta", "L", "s", "Men's")]
    [InlineData("L'Atelier Kurta", "M", "large")]
    // 2XL is no XL, and 2 and XL are not 2XL.
    [InlineData("Kurta", "2XL", "xl")]
    [InlineData("Kurta", "2-XL", "extra large")]
    [InlineData("2 in 1 Kurta", "XL", "xxl")]
    [InlineData("3 in 1 Kurta", "XL", "3xl")]
    [InlineData("Double Kurta", "XL", "2xl")]
    public async Task a_size_is_not_found_in_other_words(string name, string size, string typed, string? exact = null)
    {
        await news.PublishAsync(name, sizes: [size]);

        // What is typed itself may be in a name.
        var page = await SearchAsync($"{typed} kurta {news.Word}");
        Assert.Equal(exact is null, page.IgnoredWords.Count > 0 || page.DidYouMean is not null || page.Total == 0);
    }

    [Theory]
    [InlineData("2XL", "2xl", "XXL", "double xl", "2-xl", "2 xl")]
    [InlineData("XXL", "2xl", "xxl")]
    [InlineData("3-XL", "3xl", "xxxl", "3 XL")]
    [InlineData("S", "small", "s", "छोटा")]
    [InlineData("Extra Large", "xl", "extra large", "extra-large")]
    [InlineData("Free Size", "one size", "free-size", "freesize")]
    public async Task a_size_is_found_by_its_other_words(string size, params string[] typed)
    {
        var product = await news.PublishAsync("Kurta", sizes: [size]);

        foreach (var text in typed)
        {
            var page = await SearchAsync($"{text} kurta {news.Word}");
            Assert.Equal((product.ProductId, null, 0), (Assert.Single(page.Items).Id, page.DidYouMean, page.IgnoredWords.Count));
        }
    }

    [Fact]
    public async Task a_slip_in_a_word_with_an_accent_or_a_hyphen_is_forgiven_and_numbers_are_kept()
    {
        var product = await news.PublishAsync("Crêpe Over-Shirt 501");
        await news.PublishAsync("Crêpe Over-Shirt 502");

        foreach (var typed in new[] { "crpêe 501", "crepe oversihrt 501", "over-shrit 501", "CRÉPPE 501" })
        {
            var page = await SearchAsync($"{typed} {news.Word}");
            Assert.Equal(product.ProductId, Assert.Single(page.Items).Id);
            Assert.Contains("501", page.DidYouMean, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task a_synonym_is_known_by_every_spelling_of_its_term()
    {
        var product = await news.PublishAsync("T-Shirt");
        var merchandiser = await Host.TokenFor("merchandiser");
        await Host.Scenario(x =>
        {
            string[] words = ["T-Shirt", "tshirt"];
            x.Put.Json(new { words }).ToUrl($"/api/admin/synonyms/{Uri.EscapeDataString($"Tée{news.Word}")}");
            x.WithBearerToken(merchandiser);
        });

        foreach (var typed in new[] { $"tee{news.Word}", $"TÉE{news.Word}", $"Te\u0301e{news.Word}" })
            Assert.Equal(product.ProductId, Assert.Single((await SearchAsync($"{typed} {news.Word}")).Items).Id);
        await Host.Scenario(x =>
        {
            x.Delete.Url($"/api/admin/synonyms/{Uri.EscapeDataString($"TÈE{news.Word}")}");
            x.WithBearerToken(merchandiser);
            x.StatusCodeShouldBe(204);
        });
        var all = await Host.Scenario(x => { x.Get.Url("/api/admin/synonyms"); x.WithBearerToken(merchandiser); });
        Assert.DoesNotContain($"tee{news.Word}", all.ReadAsText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jhumka", "jhumkas", "jhumka")]
    [InlineData("kurtis", "kurti")]
    [InlineData("baali", "baalis")]
    [InlineData("chudi", "chudis")]
    [InlineData("dibby", "dibbies")]
    [InlineData("jersey", "jerseys")]
    [InlineData("jerseys", "jersey")]
    public async Task a_synonym_is_known_in_plural_and_singular_and_with_a_typo(string term, params string[] forms)
    {
        var product = await news.PublishAsync("Earring");
        term = news.Word + term;
        await SqlAsync($"insert into search.synonym (term, words) values ('{term}', array['earring'])");
        await Eventually.HoldsAsync("the synonym is known", async () => (await SearchAsync($"{term} {news.Word}")).Total == 1);

        foreach (var form in forms)
            Assert.Equal(product.ProductId, Assert.Single((await SearchAsync($"{news.Word}{form} {news.Word}")).Items).Id);
        // A typo in the term, and the term beside a word with a typo.
        foreach (var typed in new[] { $"{term.Insert(14, "x")} {news.Word}", $"{term} earirng {news.Word}" })
        {
            var page = await SearchAsync(typed);
            Assert.Equal(product.ProductId, Assert.Single(page.Items).Id);
            Assert.Contains(term, page.DidYouMean, StringComparison.Ordinal);
            Assert.Empty(page.IgnoredWords);
        }

        // What the merchandisers mean by it is not on sale: then it is no correction.
        await news.TellAsync(new ProductWithdrawnNotice(product.ProductId, 2));
        await news.PublishAsync("Bangle");
        Assert.Contains(term.Insert(14, "x"), (await SearchAsync($"{term.Insert(14, "x")} {news.Word}")).IgnoredWords);
        await SqlAsync($"delete from search.synonym where term = '{term}'");
    }

    [Fact]
    public async Task what_was_indexed_before_the_rules_is_cut_once_more()
    {
        var product = await news.PublishAsync("Crêpe Black/White", colours: ["Écru"]);
        await SqlAsync("update search.product set words = '', word_rules = 0 where product_id = $1", product.ProductId);
        await SqlAsync("update search.variant set colour = '  E' || chr(769) || 'cru ' where product_id = $1", product.ProductId);
        await SqlAsync("insert into search.word (word) values ('crêpe') on conflict do nothing");
        await SqlAsync($"insert into search.synonym (term, words) values ('géorgette{news.Word}', array['Crêpe'])");
        Assert.DoesNotContain((await SearchAsync($"white {news.Word}")).Items, x => x.Id == product.ProductId);

        await ActivatorUtilities.CreateInstance<CutWordsAgain>(Host.Services).RunAsync(CancellationToken.None);

        Assert.Equal(product.ProductId, Assert.Single((await SearchAsync($"white crepe {news.Word} ecru")).Items).Id);
        var bySynonym = await SearchAsync($"georgette{news.Word} {news.Word}", "&colour=%C3%A9cru");
        Assert.Equal(product.ProductId, Assert.Single(bySynonym.Items).Id);
        Assert.Equal(0L, await SqlAsync("select count(*) from search.word where word = 'crêpe'"));
        await SqlAsync($"delete from search.synonym where term = 'georgette{news.Word}'");
    }

    [Fact]
    public async Task suggestions_show_what_is_sold_out_after_all_others()
    {
        var sold = await news.PublishAsync("Kurta", available: 0);
        // Only its description has the word.
        var mentions = await news.PublishAsync("Belt", description: $"Goes with a kurta {news.Word}");
        var newest = await news.PublishAsync("Kurta", available: 0);

        var slugs = (await SuggestAsync($"kurta {news.Word}")).Where(x => x.Kind == "product").Select(x => x.Slug);

        Assert.Equal([mentions.Slug, newest.Slug, sold.Slug], slugs);
    }

    private async Task<object?> SqlAsync(string sql, params object[] values)
    {
        await using var connection = Host.Services.GetRequiredService<ISearchStore>().Storage.Database.CreateConnection();
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, (NpgsqlConnection)connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync();
    }

    private async Task<SearchPage> SearchAsync(string text, string filters = "") =>
        await Host.Services.GetRequiredService<ISearchEngine>().SearchAsync(await QueryAsync(text, filters), CancellationToken.None);

    // Avoids the answers that are cached for a second, but lets the route check the query.
    private async Task<SearchQuery> QueryAsync(string text, string filters)
    {
        await Host.Scenario(x => x.Get.Url($"/api/search?q={Uri.EscapeDataString(text)}{filters}"));
        var colours = filters.Length == 0 ? null : new[] { Uri.UnescapeDataString(filters.Split('=')[1]) };
        return SearchQuery.From(text, null, null, colours, null, null, null, null, null, null).Query!;
    }

    private async Task<IReadOnlyList<Suggestion>> SuggestAsync(string text) =>
        (await Host.Scenario(x => x.Get.Url($"/api/search/suggest?q={Uri.EscapeDataString(text)}"))).ReadAsJson<SuggestionPage>()!.Items;
}
