using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Pages;
using Aarya.Specs.Support.Hosts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Http;

namespace Aarya.Specs.Edge;

/// <summary>Compares the API document with what the program serves.</summary>
public sealed partial class ApiDocumentSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task every_route_of_every_slice_is_described()
    {
        var document = await DocumentAsync();
        var described = Operations(document).Select(x => x.Route).ToHashSet();

        var served = from endpoint in Host.Services.GetServices<EndpointDataSource>().SelectMany(x => x.Endpoints).OfType<RouteEndpoint>()
                     where endpoint.Metadata.GetMetadata<HttpChain>() is not null
                         && endpoint.Metadata.GetMetadata<DevelopmentOnlyAttribute>() is null
                     from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                     select $"{method.ToLowerInvariant()} {Constraint().Replace(endpoint.RoutePattern.RawText!, "")}";
        Assert.Empty(served.Except(described));
        Assert.DoesNotContain(described, x => x.Contains(" /dev/", StringComparison.Ordinal)
            || x.Contains(" /account/", StringComparison.Ordinal) || x.Contains(" /orders/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task every_operation_has_a_summary_a_tag_a_name_of_its_own_and_its_refusals()
    {
        var operations = Operations(await DocumentAsync()).Where(x => x.Route.Contains(" /api/", StringComparison.Ordinal)).ToList();

        Assert.Empty(
            operations.Where(x => !x.Operation.TryGetProperty("summary", out var summary) || summary.GetString() is not { Length: > 0 })
                .Select(x => x.Route));
        Assert.Empty(operations.GroupBy(x => x.Operation.GetProperty("operationId").GetString()).Where(x => x.Count() > 1)
            .Select(x => x.Key));
        Assert.All(operations, x => Assert.NotEmpty(x.Operation.GetProperty("tags").EnumerateArray()));
        Assert.All(operations, x => Assert.True(x.Operation.GetProperty("responses").TryGetProperty("429", out _), x.Route));
        Assert.All(operations.Where(x => x.Operation.TryGetProperty("requestBody", out _)),
            x => Assert.True(x.Operation.GetProperty("responses").TryGetProperty("400", out _), x.Route));
    }

    [Fact]
    public async Task every_operation_says_the_one_way_in_which_it_succeeds()
    {
        var successes = Operations(await DocumentAsync()).Where(x => x.Route.Contains(" /api/", StringComparison.Ordinal))
            .ToDictionary(x => x.Route,
                x => string.Join(' ', x.Operation.GetProperty("responses").EnumerateObject().Select(y => y.Name).Where(y => y[0] == '2')));
        Assert.DoesNotContain(successes, x => x.Value.Length != 3);
        Assert.Equal("204", successes["post /api/users/me/password"]);
        Assert.Equal("202", successes["post /api/auth/register"]);
        Assert.Equal("200", successes["post /api/auth/login"]);
    }

    [Fact]
    public async Task what_can_be_known_by_its_tag_says_which_header_takes_it()
    {
        var operations = Operations(await DocumentAsync()).ToDictionary(x => x.Route, x => x.Operation);
        foreach (var (route, status, header) in new[]
        {
            ("get /api/admin/flags/{name}", "304", "If-None-Match"),
            ("put /api/admin/flags/{name}", "412", "If-Match"),
        })
        {
            Assert.True(operations[route].GetProperty("responses").TryGetProperty(status, out _), route);
            Assert.Contains(operations[route].GetProperty("parameters").EnumerateArray(), x => x.GetProperty("name").GetString() == header);
        }
    }

    [Fact]
    public async Task a_checkout_says_who_may_call_it_and_that_its_key_is_required()
    {
        var checkout = Operations(await DocumentAsync()).Single(x => x.Route == "post /api/checkout").Operation;

        var key = checkout.GetProperty("parameters").EnumerateArray().Single(x => x.GetProperty("name").GetString() == "Idempotency-Key");
        Assert.True(key.GetProperty("required").GetBoolean());
        Assert.Equal("header", key.GetProperty("in").GetString());
        Assert.True(checkout.GetProperty("security")[0].TryGetProperty("bearer", out _));
        foreach (var status in new[] { "201", "400", "401", "409", "422", "429", "503" })
            Assert.True(checkout.GetProperty("responses").TryGetProperty(status, out _), status);
    }

    [Fact]
    public async Task money_and_problems_look_as_they_are_sent()
    {
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");

        var money = schemas.GetProperty("Money").GetProperty("properties");
        Assert.Equal("integer", money.GetProperty("amount").GetProperty("type").GetString());
        Assert.Equal("string", money.GetProperty("currency").GetProperty("type").GetString());
        Assert.Equal(["type", "title", "status", "code", "traceId"],
            schemas.GetProperty("Problem").GetProperty("required").EnumerateArray().Select(x => x.GetString()).Order()
                .Intersect(["type", "title", "status", "code", "traceId"])
                .OrderBy(x => Array.IndexOf(["type", "title", "status", "code", "traceId"], x)));
    }

    [Fact]
    public async Task every_reference_leads_somewhere()
    {
        var document = await DocumentAsync();
        var text = document.GetRawText();
        foreach (Match reference in Reference().Matches(text))
        {
            var at = document;
            foreach (var step in reference.Groups[1].Value.Split('/'))
                Assert.True(at.TryGetProperty(step.Replace("~1", "/", StringComparison.Ordinal), out at), reference.Value);
        }

        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Aarya.Features", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task the_document_is_known_again_by_its_tag()
    {
        using var client = Host.Server.CreateClient();
        using var first = await client.GetAsync("/openapi/v1.json", Cancel);
        client.DefaultRequestHeaders.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await client.GetAsync("/openapi/v1.json", Cancel);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task the_pages_need_nothing_from_the_internet()
    {
        using var client = Host.Server.CreateClient();
        using var page = await client.GetAsync("/docs/", Cancel);
        var html = await page.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotMatch("(src|href)=\"https?://", html);
        Assert.Contains("connect-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        foreach (Match script in Script().Matches(html))
        {
            using var asset = await client.GetAsync(new Uri(new Uri("http://localhost/docs/"), script.Groups[1].Value), Cancel);
            Assert.Equal(HttpStatusCode.OK, asset.StatusCode);
        }
    }

    private async Task<JsonElement> DocumentAsync()
    {
        using var client = Host.Server.CreateClient();
        return await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancel);
    }

    private static IEnumerable<(string Route, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select ($"{operation.Name} {path.Name}", operation.Value);

    [GeneratedRegex("(?<={[^}:]*):[^}]*(?=})")]
    private static partial Regex Constraint();

    [GeneratedRegex("\"\\$ref\":\\s*\"#/([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<script[^>]*src=\"([^\"]+)\"")]
    private static partial Regex Script();
}
