using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Postgres;
using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Orders.Links;

/// <summary>Mails the link if the order exists and its address has not received too many links.</summary>
/// <param name="OrderId">Null when no order has this number and address.</param>
public sealed record SendOrderLink(Guid? OrderId);

public static class SendOrderLinkHandler
{
    /// <summary>The most link mails that one address receives per <see cref="OrderLink.Lifetime"/>.</summary>
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
        var asked = new OrderLinkAskedNotice(
            order.Id, link.Id, order.Number, order.Subject, order.Email, order.ShippingAddress.Name, links.To(token), now,
            order.Language);
        return [asked, new ForgetOrderLink(link.Id).ScheduledAt(link.ExpiresAt)];
    }

    // The lock makes concurrent requests for one address count one after the other.
    private static async Task<bool> MayMailAsync(
        IDocumentSession session, string[] indexes, DateTimeOffset now, CancellationToken cancellation)
    {
        await session.LockAsync($"order link {indexes[0]}", cancellation);
        var since = now - OrderLink.Lifetime;
        var sent = session.Query<OrderLink>().Where(x => x.AddressIndex.IsOneOf(indexes) && x.SentAt > since);
        return await sent.CountAsync(cancellation) < MostMails;
    }
}
