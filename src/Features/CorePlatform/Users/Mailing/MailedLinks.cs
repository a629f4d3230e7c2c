using Aarya.Features.CorePlatform.Options;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;

namespace Aarya.Features.CorePlatform.Users.Mailing;

/// <summary>
/// Builds the links in mails. Links for an account lead to pages of the storefront (<c>STOREFRONT_URL</c>), which send the token to the
/// API; the token is in the fragment of the URL, which browsers do not send: no server log and no Referer contains it. A link to a file
/// leads to the API itself (<c>AARYA_PUBLIC_URL</c>).
/// </summary>
public sealed class MailedLinks(CoreOptions options) : StartStep
{
    private string storefront = "";
    private string api = "";

    public string ToVerify(string token) => $"{storefront}/account/verify#token={token}";

    public string ToReset(string token) => $"{storefront}/account/reset#token={token}";

    public string ToExport(string token) => $"{api}/api/users/exports/{token}";

    /// <exception cref="StartupException">A setting is absent in production, or is not a web address.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        storefront = options.Storefront;
        api = options.PublicAddressOfApi;
        return Task.CompletedTask;
    }
}
