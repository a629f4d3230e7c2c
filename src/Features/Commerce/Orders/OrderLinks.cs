using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.Commerce.Orders;

/// <summary>
/// A mailed link to one order, as it is kept: its token only as a hash, so that nobody who reads the database can open it.
/// </summary>
public sealed class OrderLink
{
    /// <summary>How long a link opens the order.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>The longest text that is a token.</summary>
    public static int LongestToken { get; } = Base64Url.GetEncodedLength(TokenSize);

    private const int TokenSize = 32;

    public Guid Id { get; init; }

    public Guid OrderId { get; init; }

    public string TokenHash { get; init; } = "";

    /// <summary>What the order's address is known by; see <see cref="Order.EmailIndex"/>.</summary>
    public string AddressIndex { get; init; } = "";

    public DateTimeOffset SentAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenSize));

    // 256 random bits: a slow hash would add nothing.
    public static string HashOf(string token) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>
/// Where the link to an order leads: to a page of the storefront (<c>STOREFRONT_URL</c>), which sends the token back. It stands in the
/// fragment, which a browser keeps to itself.
/// </summary>
public sealed class OrderLinks(IConfiguration configuration, IHostEnvironment environment) : StartStep
{
    private string storefront = "";

    public string To(string token) => $"{storefront}/orders/lookup#token={token}";

    /// <exception cref="StartupException">The setting is absent in production, or no web address.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        storefront = PublicAddress.OfStorefront(configuration, environment);
        return Task.CompletedTask;
    }
}
