using System.Text.Json;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders;
using Aarya.Infrastructure.Http;
using Marten;

namespace Aarya.Features.Commerce.Privacy;

/// <summary>The cart and the orders of a user.</summary>
public static class GatherBuyerDataHandler
{
    public static async Task<PersonalDataGatheredNotice?> Handle(PersonalDataAskedNotice asked, IQuerySession session,
        Carts carts, CartAnswers answers,
        CancellationToken cancellation)
    {
        if (asked.Orders is not null) return null;
        Guid[] subjects = [asked.UserId, .. asked.Guests];
        var cart = await answers.ViewAsync(await carts.ReadAsync(asked.UserId), cancellation);
        var orders = await session.Query<Order>().Where(x => x.Subject.IsOneOf(subjects)).OrderBy(x => x.Sequence)
            .ToListAsync(cancellation);
        return new(asked.UserId, asked.ExportId,
            JsonSerializer.Serialize(new { cart, orders = orders.Select(OrderView.Of) }, AaryaJson.Options), [.. orders.Select(x => x.Id)]);
    }
}
