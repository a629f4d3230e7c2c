using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Proxy;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.Payment.Charges;

/// <summary>
/// Receives an event from a payment provider. Its signature and age are verified on the raw body before anything is parsed; then the event
/// is recorded and answered at once, and its effect follows as a durable message. A delivery that was recorded before, or that changes
/// nothing, writes nothing. A charge that belongs to no payment is noted (<see cref="StrayCharges"/>), and has no other effect.
/// </summary>
public static partial class ReceiveWebhookEndpoint
{
    private const int LargestBody = 64 * 1024;

    public static async Task<(ProviderNews?, ProblemDetails)> LoadAsync(
        string provider, HttpContext http, IEnumerable<IPaymentProvider> providers, DateTimeOffset now, ILogger logger)
    {
        if (providers.FirstOrDefault(x => x.Name == provider) is not { } known) return (null, Problem.NotFound("payment_provider"));
        if (await http.ReadAllAsync(LargestBody) is not { } body)
            return (null,
                Problem.Of(StatusCodes.Status413PayloadTooLarge, "request.too_large", "The request is too large",
                    "An event may have up to 64 KB."));
        try
        {
            return (known.ReadWebhook(body, http.Request.Headers, now), WolverineContinue.NoProblems);
        }
        catch (WebhookRefusedException refused)
        {
            LogRefused(logger, provider, refused.Message);
            return (null, Problem.Of(StatusCodes.Status401Unauthorized, "webhook.refused", "Not from the provider", refused.Message));
        }
    }

    [Refuses(401, "webhook.refused", "The signature is not the provider's, or is too old.")]
    [WolverinePost("/api/payments/webhooks/{provider}"), NeverRepeat]
    [AnswerIsNeverStored]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public static async Task<(IResult, OutgoingMessages)> Post(
        string provider, [NotBody] ProviderNews? news, IDocumentSession session, TimeProvider clock, ILogger logger,
        CancellationToken cancellation)
    {
        if (news is null) return (Results.Ok(), []);
        // No lock is needed: a payment never loses what it has recorded.
        var payment = await session.LoadAsync<OrderPayment>(news.OrderId, cancellation);
        if (StrayCharges.IsStray(payment, news.Charge))
        {
            StrayCharges.Note(session, news.OrderId, news.Charge, news.Refund, logger);
            return (Results.Ok(), []);
        }

        if (payment.Knows(news, clock.GetUtcNow())) return (Results.Ok(), []);
        await session.StartTransactionAsync(cancellation);
        await using var note = new NpgsqlCommand(
            "insert into payment.provider_event (provider, event_id) values ($1, $2) on conflict do nothing")
        {
            Parameters = { new() { Value = provider }, new() { Value = news.EventId } },
        };
        if (await session.ExecuteAsync(note, cancellation) == 0) return (Results.Ok(), []);

        // The charge first: the charge of a refund may not be known yet.
        OutgoingMessages messages = [new RecordCharge(news.OrderId, news.Charge)];
        if (news is { RefundId: { } refundId, Refund: { } refund })
            messages.Add(new RecordRefund(
                news.OrderId, refundId, refund, ChargeNumber: news.Charge.Number, ChargeId: news.Charge.ChargeId));
        return (Results.Ok(), messages);
    }

    [LoggerMessage(LogLevel.Warning, "A webhook for {Provider} was refused: {Why}")]
    private static partial void LogRefused(ILogger logger, string provider, string why);
}
