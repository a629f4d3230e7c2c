using Aarya.Features.Payment.Options;
using Aarya.Features.Payment.Providers;
using Aarya.Features.Payment.Store;
using Aarya.Infrastructure.Invariants;
using Aarya.Infrastructure.Postgres;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Payment.Payments;

/// <summary>What must hold in the payments.</summary>
internal static class PaymentInvariants
{
    public static void AddPaymentInvariants(this IServiceCollection services)
    {
        services.AddSingleton<IInvariant>(x => new StreamInvariant<IPaymentStore, OrderPayment>(
            x.GetRequiredService<IPaymentStore>(), x.GetRequiredService<ContextDatabases>(), Roles.Payment,
            "every payment is what its facts say"));
        services.AddSingleton<IInvariant, PaymentsAtProvider>();
    }
}

/// <summary>
/// The provider has every charge that the shop counts as paid, and every refund that it counts as made. What it has beyond that, the shop
/// learns by reconciliation: after a restore, the provider may be ahead of the shop.
/// </summary>
internal sealed class PaymentsAtProvider(
    IPaymentStore store, PaymentOptions options, ProviderAccess access, IPaymentProvider provider) : IInvariant
{
    public string Name => "the provider has every captured charge and every refund";

    public async Task<InvariantReport> CheckAsync(CancellationToken cancellation)
    {
        if (options.ProviderUrl is null || options.ApiKey is null)
            return new("not asked: PAYMENT_PROVIDER_URL or PAYMENT_API_KEY is not set", [], IsSkipped: true);
        // Webhooks are not read here.
        access.Grant(new(options.ProviderUrl, options.ApiKey, options.WebhookSecret ?? ""));
        var (charges, refunds, broken) = (0, 0, new List<string>());
        await using var session = store.QuerySession();
        try
        {
            await foreach (var payment in session.Query<OrderPayment>().Where(x => x.Status == PaymentStatus.Captured)
                .ToAsyncEnumerable(cancellation))
            {
                charges++;
                var charge = await provider.FindChargeAsync(payment.Id, payment.ChargeNumber, cancellation);
                if (charge is not { State: ChargeState.Captured } || charge.Amount != payment.CapturedAmount)
                    broken.Add($"order {payment.Number}: {payment.CapturedAmount.ToDisplay()} captured, the provider has "
                        + (charge is null ? "no charge" : $"{charge.Amount.ToDisplay()} {charge.State}"));
                foreach (var refund in payment.Refunds.Where(x => x is { Status: RefundStatus.Succeeded, ChargeId: null }))
                {
                    refunds++;
                    var made = await provider.FindRefundAsync(refund.Id, cancellation);
                    if (made is { Succeeded: true } && made.Amount == refund.Amount) continue;
                    // One that was made at the provider itself has no reference of ours.
                    if (made is null && !await IsOursAsync(payment.Id, refund.Id, cancellation)) continue;
                    broken.Add($"order {payment.Number}: {refund.Amount.ToDisplay()} refunded, the provider has "
                        + (made is { Succeeded: true } ? made.Amount.ToDisplay() : "not made it"));
                }
            }
        }
        catch (ProviderUnavailableException away)
        {
            return new($"not asked: {away.Message}", broken, IsSkipped: true);
        }

        return new($"{charges} charges, {refunds} refunds", broken);
    }

    private async Task<bool> IsOursAsync(Guid payment, Guid refund, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var facts = await session.Events.FetchStreamAsync(payment, token: cancellation);
        return facts.Any(x => x.Data is RefundStarted started && started.RefundId == refund);
    }
}
