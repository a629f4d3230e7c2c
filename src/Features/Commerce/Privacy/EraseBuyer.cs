using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.Orders.Links;
using Aarya.Features.Commerce.PriceAlerts;
using Aarya.Features.Commerce.Wishlist;
using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Privacy.Erasure;
using JasperFx.Events;
using Marten;
using Wolverine;
using Wolverine.Runtime.Handlers;

namespace Aarya.Features.Commerce.Privacy;

/// <summary>
/// Erases a person's carts, what they wait for, and the personal data in their orders: amounts, city and state stay for the books and the
/// taxes. An order in progress keeps its address until it has ended; the message is repeated until all of them have ended.
/// </summary>
public sealed record EraseBuyer(Guid UserId, Guid ErasureId, IReadOnlyList<Guid> Guests);

public static class EraseBuyerHandler
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromHours(1);

    public static void Configure(HandlerChain chain) => chain.NeverGivesUp();

    public static async Task<OutgoingMessages> Handle(EraseBuyer command, IDocumentSession session, Carts carts, DateTimeOffset now,
        CancellationToken cancellation)
    {
        Guid[] subjects = [command.UserId, .. command.Guests];
        foreach (var subject in subjects) await carts.ForgetAsync(subject);
        CartClaims.Forget(session, subjects);
        await WaitingList.TakeAsync(session, x => x.Subject.IsOneOf(subjects), int.MaxValue, cancellation);
        Wishes.Forget(session, subjects);
        session.DeleteWhere<PriceAlert>(x => x.Subject.IsOneOf(subjects));
        var orders = await session.Query<Order>().Where(x => x.Subject.IsOneOf(subjects)).OrderBy(x => x.Sequence)
            .ToListAsync(cancellation);
        var open = 0;
        foreach (var id in orders.Select(x => x.Id))
        {
            var stream = await session.Events.FetchForExclusiveWriting<Order>(id, cancellation);
            if (stream.Aggregate is not { HasEnded: true }) open++;
            else if (!stream.Aggregate.IsForgotten) await ForgetAsync(session, stream, now, cancellation);
        }

        Guid[] ids = [.. orders.Select(x => x.Id)];
        session.DeleteWhere<OrderLink>(x => x.OrderId.IsOneOf(ids));
        session.EraseTraces([.. subjects, .. ids]);
        var messages = new OutgoingMessages();
        if (open > 0) messages.Delay(command, LookAgainAfter);
        else messages.Add(new PersonalDataErasedNotice(command.UserId, command.ErasureId, ids));
        return messages;
    }

    // The events stay in their places, without the personal data.
    private static async Task ForgetAsync(IDocumentSession session, IEventStream<Order> stream, DateTimeOffset now,
        CancellationToken cancellation)
    {
        foreach (var placed in (await session.Events.FetchStreamAsync(stream.Id, token: cancellation)).OfType<Event<Orders.OrderPlaced>>())
        {
            placed.Data = placed.Data.Forgotten();
            session.Events.OverwriteEvent(placed);
        }

        // Nothing follows from it for other contexts.
        _ = await OrderMessages.AppendAsync(session, stream, [new BuyerForgotten(now)], cancellation);
    }
}
