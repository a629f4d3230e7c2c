using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Architecture;

/// <summary>The routes and codes in the guide for storefront developers exist.</summary>
public sealed partial class GuideSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Fact]
    public async Task every_route_and_every_code_of_the_guide_to_signing_in_exists()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs/authentication.md"), TestContext.Current.CancellationToken);
        using var client = Host.Server.CreateClient();
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);
        var routes = from path in document.GetProperty("paths").EnumerateObject()
                     from operation in path.Value.EnumerateObject()
                     select $"{operation.Name.ToUpperInvariant()} {path.Name}";

        var named = Route().Matches(page).Select(x => x.Value).ToHashSet();
        Assert.Contains("POST /api/auth/login", named);
        Assert.Empty(named.Except(routes));

        var text = document.GetRawText().Replace("\\u0060", "`", StringComparison.Ordinal);
        var codes = Code().Matches(page).Select(x => x.Groups["code"].Value).ToHashSet();
        Assert.Contains("auth.token_expired", codes);
        Assert.DoesNotContain(codes, x => !text.Contains($"`{x}`", StringComparison.Ordinal));
    }

    [GeneratedRegex("(?:GET|POST|PUT|PATCH|DELETE) /api/[a-z0-9/{}-]*[a-z0-9}]")]
    private static partial Regex Route();

    [GeneratedRegex("`(?<code>(?:auth|account|rate|service)\\.[a-z_]+)`")]
    private static partial Regex Code();
}
