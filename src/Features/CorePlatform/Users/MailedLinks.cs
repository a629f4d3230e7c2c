using Aarya.Infrastructure.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// Where the links in mails lead. Those about an account lead to pages of the storefront (<c>STOREFRONT_URL</c>), which send the token back; it
/// stands in the fragment, which a browser keeps to itself: no log of a server and no Referer holds it. A file is fetched from the API itself
/// (<c>AARYA_PUBLIC_URL</c>).
/// </summary>
public sealed class MailedLinks(IConfiguration configuration, IHostEnvironment environment) : IHostedService
{
    private const string Development = "http://127.0.0.1:8080";

    private string storefront = "";
    private string api = "";

    public string ToVerify(string token) => $"{storefront}/account/verify#token={token}";

    public string ToReset(string token) => $"{storefront}/account/reset#token={token}";

    public string ToExport(string token) => $"{api}/api/users/exports/{token}";

    /// <exception cref="StartupException">A setting is absent in production, or no web address.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        storefront = Read("STOREFRONT_URL", "give the address of the storefront, such as https://aarya.example: links in mails lead there.");
        api = Read("AARYA_PUBLIC_URL", "give the address that the API has for the public, such as https://backend.aarya.example: links in mails lead there.");
        return Task.CompletedTask;
    }

    private string Read(string name, string whatToDo)
    {
        var url = environment.IsProduction() ? configuration.Require(name, whatToDo) : configuration.Find(name) ?? Development;
        return Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http" && parsed.Query.Length == 0 && parsed.Fragment.Length == 0
            ? url.TrimEnd('/')
            : throw new StartupException($"{name} is '{url}': it must be a web address such as https://aarya.example.");
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
