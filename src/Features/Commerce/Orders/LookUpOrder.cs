using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Gateway;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Postgres;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders;

/// <summary>
/// Requests access to an order without an account or the token it was placed with. If number and address match an order, a link that opens
/// it for an hour is e-mailed to that address. The answer and its duration do not reveal whether they match.
/// </summary>
/// <param name="Number">As in the confirmation; case, spaces and hyphens are ignored.</param>
/// <param name="Email">The address that the order was placed with.</param>
public sealed record LookUpOrder(string Number, string Email)
{
    public override string ToString() => nameof(LookUpOrder);

    public sealed class Validator : AbstractValidator<LookUpOrder>
    {
        public Validator()
        {
            RuleFor(x => x.Number).TextOfAPerson(40);
            RuleFor(x => x.Email).EmailAddressOfAPerson();
        }
    }
}

/// <summary>Mails the link, if there is such an order, and its address has not had too many.</summary>
/// <param name="OrderId">Null when no order has this number and address.</param>
public sealed record SendOrderLink(Guid? OrderId);

[AnswerIsNeverStored]
public static class LookUpOrderEndpoint
{
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [WolverinePost("/api/orders/lookup"), RateLimit("lookup")]
    public static async Task<(IResult, SendOrderLink)> Post(LookUpOrder command, IQuerySession session, CancellationToken cancellation)
    {
        var sequence = OrderNumber.TryParse(command.Number, out var parsed) ? parsed : -1;
        var indexes = session.BlindIndexesOf(EmailAddress.Normalize(command.Email)!);
        // With an order it is no more work than without.
        var found = await session.Query<Order>().Where(x => x.Sequence == sequence && x.EmailIndex.IsOneOf(indexes))
            .Select(x => x.Id).ToListAsync(cancellation);
        return (Results.Accepted(), new(found is [var id] ? id : null));
    }
}

public static class SendOrderLinkHandler
{
    /// <summary>
    /// The most mails with a link that one address gets per <see cref="OrderLink.Lifetime"/>, however often it is asked for.
    /// </summary>
    public const int MostMails = 3;

    public static async Task<OutgoingMessages> Handle(
        SendOrderLink command, IDocumentSession session, OrderLinks links, DateTimeOffset now, CancellationToken cancellation)
    {
        if (command.OrderId is not { } id) return [];
        if (await session.LoadAsync<Order>(id, cancellation) is not { IsForgotten: false } order) return [];
        var indexes = session.BlindIndexesOf(order.Email);
        if (!await MayMailAsync(session, indexes, now, cancellation)) return [];

        var token = OrderLink.NewToken();
        var link = new OrderLink
        {
            Id = Guid.CreateVersion7(now),
            OrderId = order.Id,
            TokenHash = OrderLink.HashOf(token),
            AddressIndex = indexes[0],
            SentAt = now,
            ExpiresAt = now + OrderLink.Lifetime,
        };
        session.Insert(link);
        var asked = new OrderLinkAsked(
            order.Id, link.Id, order.Number, order.Subject, order.Email, order.ShippingAddress.Name, links.To(token), now);
        return [asked, new ForgetOrderLink(link.Id).ScheduledAt(link.ExpiresAt)];
    }

    // Two at once count one after the other.
    private static async Task<bool> MayMailAsync(
        IDocumentSession session, string[] indexes, DateTimeOffset now, CancellationToken cancellation)
    {
        await session.BeginTransactionAsync(cancellation);
        await using var lockAddress = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 0))");
        lockAddress.Parameters.Add(new() { Value = indexes[0] });
        await session.ExecuteAsync(lockAddress, cancellation);
        var since = now - OrderLink.Lifetime;
        var sent = session.Query<OrderLink>().Where(x => x.AddressIndex.IsOneOf(indexes) && x.SentAt > since);
        return await sent.CountAsync(cancellation) < MostMails;
    }
}

/// <summary>Removes a link that has expired.</summary>
public sealed record ForgetOrderLink(Guid LinkId);

public static class ForgetOrderLinkHandler
{
    public static void Handle(ForgetOrderLink command, IDocumentSession session) => session.Delete<OrderLink>(command.LinkId);
}
