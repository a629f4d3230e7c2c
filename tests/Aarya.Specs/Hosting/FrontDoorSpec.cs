using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Hosting;

/// <summary>The page at the program's own address, and its picture.</summary>
public sealed partial class FrontDoorSpec(AaryaFixture fixture) : Spec(fixture)
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    private readonly string redis = fixture.Redis.Url;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_browser_sees_what_runs_here_and_where_to_go_and_who_may_sign_in()
    {
        using var client = Host.Server.CreateClient();
        var page = await PageAsync(client);

        Assert.Contains("One process serves the whole shop. It runs in development mode.", page, StringComparison.Ordinal);
        Assert.Contains("Everything answers.", page, StringComparison.Ordinal);
        foreach (var account in new[] { "shopper", "support", "merchandiser", "admin" })
            Assert.Contains($"<code>{account}@<wbr>aarya.example</code>", page, StringComparison.Ordinal);
        Assert.Contains("<code>monsoon-rain-in-mumbai</code>", page, StringComparison.Ordinal);
        var links = Link().Matches(page).Select(x => x.Groups["to"].Value).ToList();
        Assert.Equal(["/", "/docs", "/openapi/v1.json", "/health", "/dev/mailbox"], links);
        foreach (var link in links.Append("/favicon.svg"))
        {
            using var answer = await AskAsync(client, link, Browser);
            if (answer.Headers.Location is not { } next)
            {
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{link}: {answer.StatusCode}");
                continue;
            }

            // The documentation is a folder.
            using var followed = await AskAsync(client, new Uri(new Uri(client.BaseAddress!, link), next).PathAndQuery, Browser);
            Assert.True(followed.StatusCode == HttpStatusCode.OK, $"{link}, then {next}: {followed.StatusCode}");
        }
    }

    [Fact]
    public async Task a_gateway_says_that_the_contexts_run_elsewhere_and_which_of_them_do_not_answer()
    {
        await using var gateway = await EdgeHost.StartAsync(redis, _ => { });
        var page = await PageAsync(gateway.Client);

        Assert.Contains("each context runs in a process of its own", page, StringComparison.Ordinal);
        Assert.Contains("Not everything answers: context.core, context.commerce", page, StringComparison.Ordinal);
        Assert.Contains("admin@<wbr>aarya.example", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task in_production_it_shows_neither_accounts_nor_the_pages_of_developers()
    {
        await using var gateway = await EdgeHost.StartAsync(redis, _ => { }, "environment=Production");
        var page = await PageAsync(gateway.Client);

        Assert.Contains("It runs in production mode.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("aarya.example", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/dev/", page, StringComparison.Ordinal);
        foreach (var path in new[] { "/dev/mailbox", "/account/verify", "/account/reset", "/orders/lookup" })
        {
            using var answer = await AskAsync(gateway.Client, path, Browser);
            Assert.Equal("route.not_found", await CodeAsync(answer));
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("*/*")]
    [InlineData("application/json, text/html;q=0.5")]
    [InlineData("text/html;q=0, */*")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task a_program_is_answered_as_at_any_address_without_an_endpoint(string? accept)
    {
        using var client = Host.Server.CreateClient();
        using var answer = await AskAsync(client, "/", accept);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Accept", answer.Headers.Vary);
        Assert.Equal("route.not_found", await CodeAsync(answer));
    }

    [Fact]
    public async Task the_browser_may_use_only_the_page_s_own_style_and_no_script()
    {
        using var client = Host.Server.CreateClient();
        using var answer = await AskAsync(client, "/", Browser);
        var page = await answer.Content.ReadAsStringAsync(Cancel);

        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style().Match(page).Groups["text"].Value)));
        Assert.Equal(
            $"default-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task a_browser_that_asks_for_the_old_icon_is_led_to_the_new_one()
    {
        using var client = Host.Server.CreateClient();
        using var old = await AskAsync(client, "/favicon.ico", "image/*");
        Assert.Equal((HttpStatusCode.MovedPermanently, "/favicon.svg"), (old.StatusCode, $"{old.Headers.Location}"));
        using var icon = await AskAsync(client, "/favicon.svg", "image/*");
        Assert.Equal("image/svg+xml", icon.Content.Headers.ContentType!.MediaType);
    }

    private static async Task<string> PageAsync(HttpClient client)
    {
        using var answer = await AskAsync(client, "/", Browser);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal(new MediaTypeHeaderValue("text/html", "utf-8"), answer.Content.Headers.ContentType);
        return text;
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string path, string? accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        return await client.SendAsync(request, Cancel);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("code").GetString();

    [GeneratedRegex("<a href=\"(?<to>[^\"]+)\"")]
    private static partial Regex Link();

    [GeneratedRegex("<style>(?<text>.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
