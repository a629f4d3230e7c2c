using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Http;

/// <summary>The nil UUID in the path of every route that takes an id.</summary>
public sealed class NilIdsSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Fact]
    public async Task no_route_fails_on_the_nil_uuid()
    {
        using var admin = await Shopper.OfRoleAsync(Host, "admin");
        var routes = Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(x => x.RoutePattern.RawText!.Contains(":guid}", StringComparison.Ordinal)).ToList();
        Assert.InRange(routes.Count, 20, 200);
        List<string> failed = [];
        foreach (var route in routes)
        {
            var path = "/" + string.Join('/', route.RoutePattern.PathSegments.Select(x => x.Parts[0] switch
            {
                RoutePatternParameterPart { Name: "role" } => "support",
                RoutePatternParameterPart => $"{Guid.Empty}",
                var part => ((RoutePatternLiteralPart)part).Content,
            }));
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                var body = method is "GET" or "DELETE" ? null : new { };
                var answer = await admin.SendAsync(new(method), path, body, $"{Guid.NewGuid()}");
                if (answer.Status >= 500 || (method == "GET" && answer.Status < 400)) failed.Add($"{method} {path}: {answer.Status}");
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
        using var support = await Shopper.OfRoleAsync(Host, "support");

        (await support.SendAsync(new(method), string.Format(null, path, Guid.Empty))).Is(404, code);
    }
}
