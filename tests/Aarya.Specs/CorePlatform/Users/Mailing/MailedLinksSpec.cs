using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Aarya.Specs.CorePlatform.Users.Mailing;

public sealed class MailedLinksSpec
{
    [Theory]
    [InlineData("https://aarya.example", "https://aarya.example/account/reset#token=abc")]
    [InlineData("https://aarya.example/in/", "https://aarya.example/in/account/reset#token=abc")]
    public async Task a_link_leads_to_the_storefront_and_keeps_its_token_in_the_fragment(string url, string link)
    {
        var links = Links(url, "https://backend.aarya.example/");
        await links.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(link, links.ToReset("abc"));
        Assert.Equal("https://backend.aarya.example/api/users/exports/abc", links.ToExport("abc"));
    }

    [Theory]
    [InlineData(null, "STOREFRONT_URL is not set")]
    [InlineData("aarya.example", "STOREFRONT_URL is 'aarya.example'")]
    [InlineData("ftp://aarya.example", "STOREFRONT_URL is 'ftp://aarya.example'")]
    [InlineData("https://aarya.example/?from=mail", "STOREFRONT_URL is 'https://aarya.example/?from=mail'")]
    public Task production_does_not_start_without_a_storefront(string? url, string words) =>
        RefusesAsync(Links(url, "https://backend.aarya.example"), words);

    [Theory]
    [InlineData(null, "AARYA_PUBLIC_URL is not set")]
    [InlineData("the shop", "AARYA_PUBLIC_URL is 'the shop'")]
    public Task production_does_not_start_without_a_public_address(string? url, string words) =>
        RefusesAsync(Links("https://aarya.example", url), words);

    private static async Task RefusesAsync(MailedLinks links, string words) =>
        Assert.StartsWith(words,
            (await Assert.ThrowsAsync<StartupException>(() => links.StartAsync(TestContext.Current.CancellationToken))).Message,
            StringComparison.Ordinal);

    private static MailedLinks Links(string? storefront, string? api) =>
        new(new(
            new ConfigurationBuilder().AddInMemoryCollection([new("STOREFRONT_URL", storefront), new("AARYA_PUBLIC_URL", api)]).Build(),
            new HostingEnvironment { EnvironmentName = Environments.Production }));
}
