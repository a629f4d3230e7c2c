using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Privacy;
using JasperFx.Metadata;

namespace Aarya.Features.Commerce.PriceAlerts;

/// <summary>
/// A shopper wants to know when a SKU becomes cheaper. The alert is deleted when the mail is on its way, and at the latest after
/// <see cref="Lifetime"/>.
/// </summary>
public sealed class PriceAlert : IVersioned
{
    /// <summary>How long an alert waits. A guest without an account cannot have it erased, so it does not stay for years.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    /// <summary>The most SKUs of which one address waits for a lower price: anyone can enter an address that is not theirs.</summary>
    public const int MostPerAddress = 20;

    public Guid Id { get; init; }

    public Guid Version { get; set; }

    public string Sku { get; init; } = "";

    /// <summary>The product that had the SKU when the shopper asked.</summary>
    public Guid ProductId { get; init; }

    /// <summary>The guest or customer who asked, or the account that the guest has signed in to, or that has verified the
    /// address since.</summary>
    public Guid Subject { get; set; }

    [Personal]
    public string Email { get; init; } = "";

    [BlindIndex(nameof(Email))]
    public string EmailIndex { get; init; } = "";

    /// <summary>The price when the shopper asked, in paise: a lower one is news.</summary>
    public long Price { get; init; }

    public DateTimeOffset AskedAt { get; init; }

    /// <summary>What the shopper's browser preferred, see <see cref="Languages"/>.</summary>
    public string? Language { get; init; }

    /// <summary>The news for this shopper; null when another product has taken the SKU, which the shopper did not ask for.</summary>
    public PriceDroppedNotice? NewsOf(PricedItem item, DateTimeOffset now) => item.ProductId == ProductId
        ? new(Id, Subject, Email, item.ToAwaited(), item.Price with { Minor = Price }, now, Language)
        : null;
}
