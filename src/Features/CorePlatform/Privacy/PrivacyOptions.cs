using Aarya.Infrastructure.Hosting;
using Microsoft.Extensions.Configuration;

namespace Aarya.Features.CorePlatform.Privacy;

/// <param name="PublicUrl">AARYA_PUBLIC_URL: how people reach the shop, for links in mails; no slash at the end.</param>
public sealed record PrivacyOptions(string PublicUrl)
{
    /// <exception cref="StartupException">AARYA_PUBLIC_URL is no URL.</exception>
    public static PrivacyOptions From(IConfiguration configuration)
    {
        var text = configuration.Find("AARYA_PUBLIC_URL") ?? "http://127.0.0.1:8080";
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? new(text.TrimEnd('/'))
            : throw new StartupException($"AARYA_PUBLIC_URL is '{text}': it must be an http or https URL.");
    }
}
