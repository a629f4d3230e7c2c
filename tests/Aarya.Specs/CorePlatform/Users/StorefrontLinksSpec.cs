using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Aarya.Specs.CorePlatform.Users;

public sealed class StorefrontLinksSpec
{
    [Theory]
    [InlineData("https://aarya.example", "https://aarya.example/account/reset#token=abc")]
    [InlineData("https://aarya.example/in/", "https://aarya.example/in/account/reset#token=abc")]
    public async Task a_link_leads_to_the_storefront_and_keeps_its_token_in_the_fragment(string url, string link)
    {
        var links = Links(Environments.Production, url);
        await links.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(link, links.ToReset("abc"));
    }

    [Theory]
    [InlineData(null, "STOREFRONT_URL is not set")]
    [InlineData("aarya.example", "STOREFRONT_URL is 'aarya.example'")]
    [InlineData("ftp://aarya.example", "STOREFRONT_URL is 'ftp://aarya.example'")]
    [InlineData("https://aarya.example/?from=mail", "STOREFRONT_URL is 'https://aarya.example/?from=mail'")]
    public async Task production_does_not_start_without_knowing_where_links_lead(string? url, string words)
    {
        var refused = await Assert.ThrowsAsync<StartupException>(() => Links(Environments.Production, url).StartAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith(words, refused.Message, StringComparison.Ordinal);
    }

    private static StorefrontLinks Links(string environment, string? url) =>
        new(new ConfigurationBuilder().AddInMemoryCollection([new("STOREFRONT_URL", url)]).Build(), new HostingEnvironment { EnvironmentName = environment });
}
