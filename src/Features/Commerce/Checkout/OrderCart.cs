using Aarya.Features.Commerce.Options;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Privacy;
using Google.Protobuf;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>
/// Orders the cart of a subject for another context, by gRPC: what <see cref="PlaceOrder"/> does, under the same rule of keys.
/// </summary>
public sealed record OrderCart(KeyClaim Claim, CheckoutRequest Request)
{
    public Guid Subject => Request.Buyer.Subject;

    // A failed call is logged with its message, and a log must not contain an address.
    public override string ToString() => $"{nameof(OrderCart)} of {Subject}";
}

/// <summary>The first answer to the call, or why there is no order.</summary>
/// <param name="Answer">The order as protos/commerce.proto has it.</param>
public sealed record CartOrdered(byte[]? Answer, ProblemDetails? Refused);

public static class OrderCartHandler
{
    public static async Task<(CartOrdered, OutgoingMessages)> Handle(
        OrderCart command, CheckoutOptions options, IDocumentSession session, Sealer sealer, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var (mine, answer) = await KeyedAnswers.ClaimAsync(session, command.Claim, sealer, cancellation);
        if (answer is not null) return (Replay(command.Claim, answer), []);
        if (!mine) return (new(null, KeyedRequest.InProgress), []);

        var (placed, refused) = await PlacedOrder.PlaceAsync(session, command.Request, options, now, http: null, cancellation);
        if (placed is null)
        {
            // Nothing is saved, not even the cancellation of another order.
            session.EjectAllPendingChanges();
            return (new(null, refused), []);
        }

        session.Events.StartStream<Orders.Order>(placed.Id, placed.Fact);
        var body = WireOrder.Of(placed.Order).ToByteArray();
        KeyedAnswers.Store(
            session, command.Claim, new(command.Claim.RequestHash, StatusCodes.Status200OK, null, null, null, body), sealer);
        return (new(body, null), placed.News);
    }

    internal static CartOrdered Replay(KeyClaim claim, KeyedAnswer answer) =>
        answer.Answers(claim) ? new(answer.Body, null) : new(null, KeyedRequest.Reused);
}
