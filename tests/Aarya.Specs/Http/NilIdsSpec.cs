using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Specs.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Http;

/// <summary>The nil UUID in the path of every route that takes an id.</summary>
public sealed class NilIdsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task no_route_fails_on_the_nil_uuid()
    {
        using var client = await ClientAsync("admin");
        var routes = Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(x => x.RoutePattern.RawText!.Contains(":guid}", StringComparison.Ordinal)).ToList();
        Assert.InRange(routes.Count, 20, 200);
        List<string> failed = [];
        foreach (var route in routes)
        {
            var path = string.Join('/', route.RoutePattern.PathSegments.Select(x => x.Parts[0] switch
            {
                RoutePatternParameterPart { Name: "role" } => "support",
                RoutePatternParameterPart => $"{Guid.Empty}",
                var part => ((RoutePatternLiteralPart)part).Content,
            }));
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                using var request = new HttpRequestMessage(new(method), $"/{path}");
                if (method is not ("GET" or "DELETE")) request.Content = JsonContent.Create(new { });
                request.Headers.Add("Idempotency-Key", $"{Guid.NewGuid()}");
                using var answer = await client.SendAsync(request, Cancel);
                if ((int)answer.StatusCode >= 500 || (method == "GET" && answer.IsSuccessStatusCode))
                    failed.Add($"{method} /{path}: {(int)answer.StatusCode}");
            }
        }

        Assert.Empty(failed);
    }

    [Theory]
    [InlineData("GET", "/api/orders/{0}", "order.not_found")]
    [InlineData("GET", "/api/orders/{0}/timeline", "order.not_found")]
    [InlineData("POST", "/api/orders/{0}/cancel", "order.not_found")]
    [InlineData("POST", "/api/admin/orders/{0}/pack", "order.not_found")]
    [InlineData("GET", "/api/payments/{0}", "order_payment.not_found")]
    public async Task it_is_missed_by_the_name_of_the_thing(string method, string path, string code)
    {
        using var client = await ClientAsync("support");
        using var request = new HttpRequestMessage(new(method), string.Format(null, path, Guid.Empty));
        using var answer = await client.SendAsync(request, Cancel);

        Assert.Equal((404, code), ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString()));
    }

    private async Task<HttpClient> ClientAsync(string role)
    {
        var client = Host.Server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Host.TokenFor(role));
        return client;
    }
}
