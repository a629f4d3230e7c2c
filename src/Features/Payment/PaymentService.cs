using System.Net;
using Aarya.Features.Payment.Charges;
using Aarya.Features.Payment.Fraud;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Refunds;
using Aarya.Features.Payment.Store;
using Aarya.Infrastructure.Grpc;
using Aarya.Protos.Payment;
using Grpc.Core;
using Wolverine;

namespace Aarya.Features.Payment;

/// <summary>The gRPC service of this context; see protos/payment.proto.</summary>
public sealed class PaymentService(IPaymentStore store, IMessageBus bus, TimeProvider clock) : Protos.Payment.Payment.PaymentBase
{
    private static readonly TimeSpan TimeToPay = TimeSpan.FromMinutes(15);

    /// <summary>How long a call waits for the provider's answer before it returns pending.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    public override async Task<PaymentResult> ProcessPayment(ProcessPaymentRequest request, ServerCallContext context)
    {
        var orderId = Refusal.UnlessUuid(request.OrderId, "order_id");
        var subject = Refusal.UnlessUuid(request.Subject, "subject");
        var token = Text(request.PaymentToken, "payment_token", 200);
        var email = Email(request.Email);
        var (amount, expiresAt) = (Amount(request.Amount, "amount"), clock.GetUtcNow() + TimeToPay);
        await bus.InvokeAsync(
            new RequestPayment(orderId, "", subject, email, amount, token, expiresAt), context.CancellationToken);
        return Result(await UntilAsync(orderId, x => !x.AwaitsAnswer, context));
    }

    public override async Task<RefundResult> RefundPayment(RefundPaymentRequest request, ServerCallContext context)
    {
        var orderId = Refusal.UnlessUuid(request.OrderId, "order_id");
        var refundId = Refusal.UnlessUuid(request.RefundId, "refund_id");
        Money? amount = request.Amount is null ? null : Amount(request.Amount, "amount");
        if (PersonText.FaultOfOptional(request.Reason, 500) is { } fault) throw Refusal.Invalid("reason", fault);
        if (CardNumber.IsIn(request.Reason)) throw Refusal.Invalid("reason", CardNumber.Refused);
        var reason = PersonText.ComposeOrNull(request.Reason) ?? "requested";
        var payment = await FindAsync(orderId, context);
        await bus.InvokeAsync(new RequestRefund(payment.Id, refundId, amount, reason), context.CancellationToken);
        payment = await UntilAsync(payment.Id, x => x.Refunds.Any(r => r.Id == refundId && r.Status != RefundStatus.Pending), context);
        var refund = payment.Refunds.Single(x => x.Id == refundId);
        if (refund.Code is "not_captured" or "nothing_left" or "currency_mismatch" or "exceeds_captured")
            throw Refusal.Precondition($"refund.{refund.Code}",
                $"The payment is {payment.State.Text()}; {payment.Refundable.Minor} minor units can still be refunded.");
        return new()
        {
            RefundId = refund.Id.ToString(),
            Status = refund.Status switch { RefundStatus.Succeeded => "succeeded", RefundStatus.Failed => "failed", _ => "pending" },
            Amount = refund.Amount.ToProto(),
        };
    }

    public override async Task<Protos.Payment.FraudAssessment> CheckFraud(CheckFraudRequest request, ServerCallContext context)
    {
        _ = Refusal.UnlessUuid(request.OrderId, "order_id");
        var subject = Refusal.UnlessUuid(request.Subject, "subject");
        if (request.Ip.Length > 0 && !IPAddress.TryParse(request.Ip, out _)) throw Refusal.Invalid("ip", "must be an IP address.");
        await using var session = store.QuerySession();
        var history = await session.FraudHistoryAsync(subject, Email(request.Email), clock.GetUtcNow(), context.CancellationToken);
        var assessed = FraudRules.Assess(Amount(request.Amount, "amount"), history);
        return new()
        {
            Score = assessed.Score,
            Decision = assessed.Decision switch { FraudDecision.Accept => "accept", FraudDecision.Review => "review", _ => "reject" },
            Reasons = { assessed.Reasons },
        };
    }

    private async Task<OrderPayment> FindAsync(Guid orderId, ServerCallContext context)
    {
        await using var session = store.QuerySession();
        return await session.LoadAsync<OrderPayment>(orderId, context.CancellationToken) is { RequestedAt: not null } payment
            ? payment
            : throw Refusal.NotFound("payment");
    }

    private async Task<OrderPayment> UntilAsync(Guid orderId, Func<OrderPayment, bool> settled, ServerCallContext context)
    {
        var now = clock.GetUtcNow();
        var left = context.Deadline == DateTime.MaxValue
            ? LongestWait
            : context.Deadline.ToUniversalTime() - now.UtcDateTime - TimeSpan.FromMilliseconds(500);
        var end = now + (left < LongestWait ? left : LongestWait);
        for (var pause = 10; ; pause = Math.Min(pause * 2, 200))
        {
            var payment = await FindAsync(orderId, context);
            if (settled(payment) || clock.GetUtcNow() >= end) return payment;
            await Task.Delay(pause, context.CancellationToken);
        }
    }

    private static Money Amount(Protos.Money? amount, string field) => amount switch
    {
        null => throw Refusal.Invalid(field, "is required."),
        { Minor: <= 0 } => throw Refusal.Invalid(field, "must be greater than zero."),
        { Currency: not [>= 'A' and <= 'Z', >= 'A' and <= 'Z', >= 'A' and <= 'Z'] } =>
            throw Refusal.Invalid(field, "must have an ISO 4217 currency."),
        _ => Money.From(amount),
    };

    // An address is optional, but must be valid.
    private static string Email(string text) =>
        text.Length == 0 ? "" : EmailAddress.Normalize(text) ?? throw Refusal.Invalid("email", "is not an e-mail address.");

    private static string Text(string text, string field, int most) =>
        text.Length is 0 || text.Length > most || text.Contains('\0', StringComparison.Ordinal)
            ? throw Refusal.Invalid(field, $"must have 1 to {most} characters.")
            : text;

    private static PaymentResult Result(OrderPayment payment) => new()
    {
        OrderId = payment.Id.ToString(),
        Status = payment.State.Text(),
        Amount = payment.Amount.ToProto(),
        Refunded = payment.RefundedAmount.ToProto(),
        DeclineCode = payment.Status == PaymentStatus.Declined ? payment.DeclineCode ?? "" : "",
        NextActionUrl = payment.NextActionUrl ?? "",
    };
}
