using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.Commerce.Orders.Links;

/// <summary>
/// A mailed link to one order. Only a hash of its token is stored, so that reading the database is not enough to open it.
/// </summary>
public sealed class OrderLink
{
    /// <summary>How long a link opens the order.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>The length of a token.</summary>
    public static int LongestToken { get; } = Base64Url.GetEncodedLength(TokenSize);

    private const int TokenSize = 32;

    public Guid Id { get; init; }

    public Guid OrderId { get; init; }

    public string TokenHash { get; init; } = "";

    /// <summary>The blind index of the order's address; see <see cref="Order.EmailIndex"/>.</summary>
    public string AddressIndex { get; init; } = "";

    public DateTimeOffset SentAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenSize));

    // 256 random bits: a slow hash would add nothing.
    public static string HashOf(string token) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>
/// Builds the link to an order: a page of the storefront (<c>STOREFRONT_URL</c>), which sends the token back. The token is in the fragment,
/// which a browser does not send to a server.
/// </summary>
public sealed class OrderLinks(IConfiguration configuration, IHostEnvironment environment) : StartStep
{
    private string storefront = "";

    public string To(string token) => $"{storefront}/orders/lookup#token={token}";

    /// <exception cref="StartupException">The setting is absent in production, or is not a web address.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        storefront = PublicAddress.OfStorefront(configuration, environment);
        return Task.CompletedTask;
    }
}
