using Aarya.Infrastructure.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// Where the links in mails lead: pages of the storefront (<c>STOREFRONT_URL</c>), which send the token back. It stands in the fragment, which a
/// browser keeps to itself: no log of a server and no Referer holds it.
/// </summary>
public sealed class StorefrontLinks(IConfiguration configuration, IHostEnvironment environment) : IHostedService
{
    private string storefront = "";

    public string ToVerify(string token) => $"{storefront}/account/verify#token={token}";

    public string ToReset(string token) => $"{storefront}/account/reset#token={token}";

    /// <exception cref="StartupException">STOREFRONT_URL is absent in production, or no web address.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var url = environment.IsProduction()
            ? configuration.Require("STOREFRONT_URL", "give the address of the storefront, such as https://aarya.example: links in mails lead there.")
            : configuration.Find("STOREFRONT_URL") ?? "http://127.0.0.1:8080";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("https" or "http") || parsed.Query.Length > 0 || parsed.Fragment.Length > 0)
            throw new StartupException($"STOREFRONT_URL is '{url}': it must be a web address such as https://aarya.example.");
        storefront = url.TrimEnd('/');
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
