using Aarya.Infrastructure.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// Where the links in mails lead. Those about an account lead to pages of the storefront (<c>STOREFRONT_URL</c>), which send the token
/// back; it stands in the fragment, which a browser keeps to itself: no log of a server and no Referer holds it. A file is fetched from the
/// API itself (<c>AARYA_PUBLIC_URL</c>).
/// </summary>
public sealed class MailedLinks(IConfiguration configuration, IHostEnvironment environment) : StartStep
{
    private string storefront = "";
    private string api = "";

    public string ToVerify(string token) => $"{storefront}/account/verify#token={token}";

    public string ToReset(string token) => $"{storefront}/account/reset#token={token}";

    public string ToExport(string token) => $"{api}/api/users/exports/{token}";

    /// <exception cref="StartupException">A setting is absent in production, or no web address.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        storefront = PublicAddress.OfStorefront(configuration, environment);
        api = PublicAddress.OfApi(configuration, environment);
        return Task.CompletedTask;
    }
}
