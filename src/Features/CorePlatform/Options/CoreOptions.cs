using Aarya.Infrastructure.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.CorePlatform.Options;

/// <summary>
/// Settings of the Core Platform context. Each is checked when it is read, because commands need only some of them: <c>seed</c> needs no
/// signing key.
/// </summary>
public sealed class CoreOptions(IConfiguration configuration, IHostEnvironment environment)
{
    /// <summary>JWT_SECRET: the PEM of the signing keys; null outside production when it is not set.</summary>
    /// <exception cref="StartupException">It is not set in production.</exception>
    public string? SigningKeys => environment.IsProduction()
        ? configuration.Require("JWT_SECRET",
            "give the PEM of an EC P-256 private key; `openssl ecparam -name prime256v1 -genkey -noout` makes one.")
        : configuration.Find("JWT_SECRET");

    /// <summary>SEED_PASSWORD: the password of the demo accounts; null outside production when it is not set.</summary>
    /// <exception cref="StartupException">It is not set in production.</exception>
    public string? SeedPassword => environment.IsProduction()
        ? configuration.Require("SEED_PASSWORD",
            "give the password of the demo accounts; in production they are not created with public passwords.")
        : configuration.Find("SEED_PASSWORD");

    /// <summary>STOREFRONT_URL: the storefront, whose pages links in mails lead to.</summary>
    /// <exception cref="StartupException">It is not set in production, or is not a web address.</exception>
    public string Storefront => PublicAddress.OfStorefront(configuration, environment);

    /// <summary>AARYA_PUBLIC_URL: this API, as clients reach it.</summary>
    /// <exception cref="StartupException">It is not set in production, or is not a web address.</exception>
    public string PublicAddressOfApi => PublicAddress.OfApi(configuration, environment);
}
