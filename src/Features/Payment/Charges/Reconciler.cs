using System.Diagnostics.Metrics;
using Aarya.Features.Payment.Options;
using Aarya.Features.Payment.Store;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;

namespace Aarya.Features.Payment.Charges;

/// <summary>
/// Finds the payments that have not changed for too long. Every node searches, but one node at a time claims a payment, and then no node
/// claims it for a while, longer each time, so that more nodes do not mean more calls.
/// </summary>
public sealed class Reconciler : Worker
{
    private const string Claim =
        """
        insert into payment.reconciliation as known (order_id, asked_at, asks)
        select id, now(), 1 from payment.mt_doc_orderpayment payment
        where watch_until > now() and changed_at < now() - $1
          and not exists (
            select from payment.reconciliation r where r.order_id = payment.id
              and r.asked_at > now() - least($1 * (2 ^ least(r.asks - 1, 12)), interval '1 hour'))
        order by changed_at limit 200
        on conflict (order_id) do update set asked_at = excluded.asked_at, asks = known.asks + 1
          where known.asked_at <= now() - least($1 * (2 ^ least(known.asks - 1, 12)), interval '1 hour')
        returning order_id
        """;

    private const string Forget =
        """
        delete from payment.reconciliation where asked_at < now() - interval '2 days';
        delete from payment.provider_event where received_at < now() - interval '35 days';
        """;

    private static readonly TimeSpan LatestFirstRound = TimeSpan.FromSeconds(30);

    private readonly IPaymentStore store;
    private readonly PaymentOptions options;
    private readonly IServiceScopeFactory scopes;
    private readonly LastSuccess success;
    private DateTimeOffset forgotten;

    public Reconciler(
        IPaymentStore store, PaymentOptions options, IServiceScopeFactory scopes, IMeterFactory meters, TimeProvider time,
        ILogger<Reconciler> log) : base(time, log)
    {
        (this.store, this.options, this.scopes) = (store, options, scopes);
        success = new(meters, "aarya_reconciler_last_success_timestamp_seconds",
            "When this process last finished a reconciliation (Unix time).", time);
    }

    // A long interval must not keep what was missed during a restart waiting; the alert ReconcilerStalled waits five minutes.
    protected override TimeSpan FirstRoundAfter =>
        options.ReconcileEvery < LatestFirstRound ? options.ReconcileEvery : LatestFirstRound;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        List<Guid> due = [];
        await using (var connection = await store.OpenConnectionAsync(stopping))
        {
            await using var claim = new NpgsqlCommand(Claim, connection) { Parameters = { new() { Value = options.PendingTooLong } } };
            await using (var reader = await claim.ExecuteReaderAsync(stopping))
            {
                while (await reader.ReadAsync(stopping)) due.Add(reader.GetGuid(0));
            }

            if (Time.GetUtcNow() - forgotten > TimeSpan.FromHours(1))
            {
                await using var forget = new NpgsqlCommand(Forget, connection);
                await forget.ExecuteNonQueryAsync(stopping);
                forgotten = Time.GetUtcNow();
            }
        }

        if (due.Count > 0)
        {
            await using var scope = scopes.CreateAsyncScope();
            var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
            foreach (var orderId in due) await bus.PublishAsync(new ReconcilePayment(orderId));
        }

        success.Record();
        return options.ReconcileEvery;
    }
}
