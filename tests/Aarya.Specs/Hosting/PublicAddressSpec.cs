using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aarya.Specs.Hosting;

/// <summary>Where the links in e-mails lead when no address is set.</summary>
public sealed class PublicAddressSpec
{
    [Theory]
    [InlineData("http://127.0.0.1:9000", "http://127.0.0.1:9000")]
    [InlineData("http://localhost:9000", "http://localhost:9000")]
    [InlineData("http://[::1]:9000", "http://[::1]:9000")]
    [InlineData("http://*:9000", "http://127.0.0.1:9000")]
    [InlineData("http://0.0.0.0:9000", "http://127.0.0.1:9000")]
    [InlineData("h2c://127.0.0.1:8001;http://127.0.0.1:9000", "http://127.0.0.1:9000")]
    [InlineData("http://127.0.0.1:0", "http://127.0.0.1:8080")]
    [InlineData(null, "http://127.0.0.1:8080")]
    public async Task in_development_links_lead_to_where_the_process_listens(string? urls, string address) =>
        Assert.Equal((address, address), await AddressesAsync(urls is null ? [] : [$"--urls={urls}"]));

    [Fact]
    public async Task an_address_that_is_set_wins() =>
        Assert.Equal(("https://aarya.example", "https://backend.aarya.example"), await AddressesAsync(
            "--urls=http://127.0.0.1:9000", "--AARYA_PUBLIC_URL=https://backend.aarya.example/", "--STOREFRONT_URL=https://aarya.example"));

    [Fact]
    public async Task a_storefront_that_is_not_set_is_the_program_itself() =>
        Assert.Equal(("https://backend.aarya.example", "https://backend.aarya.example"), await AddressesAsync(
            "--urls=http://127.0.0.1:9000", "--AARYA_PUBLIC_URL=https://backend.aarya.example"));

    private static async Task<(string Storefront, string Api)> AddressesAsync(params string[] settings)
    {
        await using var app = AaryaHost.Build(
            ["--environment=Development", "--DATABASE_URL=postgres://nobody@127.0.0.1:1/none", "--REDIS_URL=redis://127.0.0.1:1",
                .. settings], Modules.All);
        var (configuration, environment) =
            (app.Services.GetRequiredService<IConfiguration>(), app.Services.GetRequiredService<IHostEnvironment>());
        return (PublicAddress.OfStorefront(configuration, environment), PublicAddress.OfApi(configuration, environment));
    }
}
