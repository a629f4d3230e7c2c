using System.Net;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Popular;
using Aarya.Features.Search.Query;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search;

/// <summary>What many shoppers search for and find is suggested to others.</summary>
public sealed class PopularSearchesSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly CatalogueNews news = new(fixture.Host);

    private PopularSearches Popular => Host.Services.GetRequiredService<PopularSearches>();

    [Fact]
    public async Task a_search_of_three_networks_is_suggested_in_one_spelling_also_to_who_mistypes_it()
    {
        await news.PublishAsync("Bandhgala");
        await SearchFromAsync("203.0.113.1", $"Bandhgala {news.Word}");
        await SearchFromAsync("203.0.113.2", $"bandhgala  {news.Word}!");
        await KeepAsync();
        Assert.DoesNotContain(await SuggestAsync("bandhgala"), x => x.Kind == "search");

        await SearchFromAsync("203.0.113.3", $"BANDHGALA {news.Word}");
        await KeepAsync();

        var search = new Suggestion("search", $"bandhgala {news.Word}", $"bandhgala {news.Word}");
        Assert.Contains(search, await SuggestAsync($"bandhgala {news.Word[..8]}"));
        Assert.Contains(search, await SuggestAsync($"bandhglaa {news.Word[..9]}"));
        // What is typed already is not suggested.
        Assert.DoesNotContain(search, await SuggestAsync($"bandhgala {news.Word}"));
    }

    [Theory]
    // The same network repeats it.
    [InlineData("203.0.113.1", "sherwani WORD")]
    // No product has the word: it may be the name of a person.
    [InlineData("203.0.113.{0}", "sherwani WORD asha")]
    [InlineData("203.0.113.{0}", "sherwani WORD 9876543210")]
    // The beginning of a word, as clients send it that search while the shopper types.
    [InlineData("203.0.113.{0}", "sherwani WOR")]
    [InlineData("203.0.113.{0}", "sherwani WORD&cursor=")]
    public async Task what_few_search_for_or_no_product_has_is_not_suggested(string address, string typed)
    {
        await news.PublishAsync("Sherwani");
        var text = typed.Replace("WORD", news.Word, StringComparison.Ordinal).Replace("WOR", news.Word[..10], StringComparison.Ordinal);
        if (text.EndsWith("&cursor=", StringComparison.Ordinal))
        {
            // Only the first page counts.
            await news.PublishAsync("Sherwani Two");
            text = text[..^8];
            var first = await SearchFromAsync("203.0.113.1", text, "&limit=1");
            for (var i = 2; i < 8; i++) await SearchFromAsync($"203.0.113.{i}", text, $"&limit=1&cursor={first.NextCursor}");
        }
        else
        {
            for (var i = 1; i < 8; i++)
                await SearchFromAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, address, i), text);
        }

        await KeepAsync();
        Assert.DoesNotContain(await SuggestAsync($"sherwani {news.Word[..6]}"), x => x.Kind == "search");
    }

    [Fact]
    public async Task a_text_of_more_words_than_are_searched_for_is_not_suggested()
    {
        await news.PublishAsync("Tee");
        // The eleventh word was not searched for.
        var text = string.Join(' ', Enumerable.Repeat("tee", Words.Most)) + " asha";
        for (var i = 1; i < 8; i++) Assert.NotEqual(0, (await SearchFromAsync($"203.0.113.{i}", text)).Total);

        await KeepAsync();
        Assert.DoesNotContain(await SuggestAsync("tee tee tee"), x => x.Kind == "search");
    }

    // As the worker does every ten seconds, in a process that has made the counts.
    private async Task KeepAsync()
    {
        await Popular.WriteAsync(CancellationToken.None);
        await Popular.ReadAsync(CancellationToken.None);
    }

    private async Task<SearchPage> SearchFromAsync(string address, string text, string more = "") =>
        (await Host.Scenario(x =>
        {
            x.Get.Url($"/api/search?q={Uri.EscapeDataString(text)}{more}");
            x.ConfigureHttpContext(http => http.Connection.RemoteIpAddress = IPAddress.Parse(address));
        })).ReadAsJson<SearchPage>()!;

    private async Task<IReadOnlyList<Suggestion>> SuggestAsync(string text) =>
        (await Host.Scenario(x => x.Get.Url($"/api/search/suggest?q={Uri.EscapeDataString(text)}&limit=20")))
        .ReadAsJson<SuggestionPage>()!.Items;
}
