using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Outages;
using Microsoft.AspNetCore.Http;

namespace Aarya.Features.Payment.Providers;

public enum ChargeState
{
    Pending,
    ActionRequired,
    Authorised,
    Captured,
    Declined,
    Voided,
}

/// <summary>A charge as the provider reports it.</summary>
/// <param name="ChargeId">Null when the provider refused to make one.</param>
/// <param name="Number">Which of the order's charges it is, starting at 1.</param>
public sealed record ChargeReport(
    string? ChargeId, ChargeState State, Money Amount, CardOnFile? Card = null, string? DeclineCode = null,
    string? NextActionUrl = null, int Number = 1);

public sealed record RefundReport(bool Succeeded, Money Amount, string? Code = null);

/// <summary>The content of a webhook that was verified to be the provider's.</summary>
/// <param name="EventId">The provider's id of this event; repeated deliveries have the same id.</param>
public sealed record ProviderNews(string EventId, Guid OrderId, ChargeReport Charge, Guid? RefundId = null, RefundReport? Refund = null);

/// <summary>The provider gave no answer, or an unusable one: the outcome is unknown until it is asked again.</summary>
public sealed class ProviderUnavailableException(string message, Exception? inner = null) : Exception(message, inner), IOutage;

/// <summary>The delivery does not come from the provider, or is too old. The message is safe to return to the caller.</summary>
public sealed class WebhookRefusedException(string message) : Exception(message);

/// <summary>
/// A payment provider. An order is charged under a key of the order and the charge's number, and a refund under its own id, so every call
/// here may be repeated without moving money twice.
/// </summary>
/// <remarks>
/// Every method throws <see cref="ProviderUnavailableException"/> when the outcome is unknown; none takes longer than 5 s.
/// </remarks>
public interface IPaymentProvider
{
    /// <summary>The name in the webhook's path.</summary>
    string Name { get; }

    /// <summary>Charges the token, and captures the amount at once.</summary>
    /// <param name="number">Which of the order's charges it is, starting at 1: one for each token that the shopper pays with.</param>
    Task<ChargeReport> ChargeAsync(Guid orderId, int number, Money amount, string token, CancellationToken cancellation);

    Task<ChargeReport?> FindChargeAsync(Guid orderId, int number, CancellationToken cancellation);

    /// <summary>Returns the charge as it is afterwards, voided or not.</summary>
    Task<ChargeReport> VoidAsync(string chargeId, CancellationToken cancellation);

    Task<RefundReport> RefundAsync(string chargeId, Money amount, Guid refundId, CancellationToken cancellation);

    Task<RefundReport?> FindRefundAsync(Guid refundId, CancellationToken cancellation);

    /// <summary>Verifies signature and age on the raw body before it reads anything.</summary>
    /// <exception cref="WebhookRefusedException">Forged, too old, or unreadable.</exception>
    ProviderNews? ReadWebhook(ReadOnlySpan<byte> body, IHeaderDictionary headers, DateTimeOffset now);
}
