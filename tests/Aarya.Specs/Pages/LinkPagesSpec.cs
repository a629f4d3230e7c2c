using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Aarya.Features;
using Aarya.Features.Commerce.Pages;
using Aarya.Features.CorePlatform.Pages;
using Aarya.Infrastructure.Proxy;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;

namespace Aarya.Specs.Pages;

/// <summary>In development the links in e-mails lead to pages of the program, which do what the links promise.</summary>
[StoryOf(typeof(ShowVerificationEndpoint), typeof(ShowPasswordResetEndpoint), typeof(ShowOrderEndpoint))]
public sealed partial class LinkPagesSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Theory]
    [InlineData("/account/verify", "/api/auth/email/verify")]
    [InlineData("/account/reset", "/api/auth/password/reset")]
    [InlineData("/orders/lookup", "/api/orders/lookup/open")]
    public async Task the_page_of_a_link_sends_its_token_to_the_operation_of_the_link(string path, string operation)
    {
        var page = await PageAsync(path);

        Assert.Equal([operation], Operation().Matches(page.Script).Select(x => x.Groups["path"].Value));
        Assert.Contains(Modules.All.SelectMany(ContextRoutes.Of), x => x is { Method: "POST" } && x.Template == operation);
    }

    [Theory]
    [InlineData("/account/verify")]
    [InlineData("/account/reset")]
    [InlineData("/orders/lookup")]
    public async Task the_browser_runs_only_the_page_s_own_script_which_calls_only_this_server(string path)
    {
        var page = await PageAsync(path);
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(page.Script)));
        Assert.Contains($"script-src 'sha256-{hash}'; connect-src 'self';", page.Policy, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none';", page.Policy, StringComparison.Ordinal);
    }

    private async Task<(string Policy, string Script)> PageAsync(string path)
    {
        var answer = await Host.Scenario(x =>
        {
            x.Get.Url(path);
            x.ContentTypeShouldBe("text/html; charset=utf-8");
        });
        return (answer.Context.Response.Headers.ContentSecurityPolicy.ToString(), Script().Match(answer.ReadAsText()).Groups["text"].Value);
    }

    [GeneratedRegex("<script>(?<text>.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("send\\('(?<path>[^']+)'")]
    private static partial Regex Operation();
}
