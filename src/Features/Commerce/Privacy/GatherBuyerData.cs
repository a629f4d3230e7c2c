using System.Text.Json;
using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.PriceAlerts;
using Aarya.Features.Commerce.Wishlist;
using Aarya.Infrastructure.Http;
using Marten;

namespace Aarya.Features.Commerce.Privacy;

/// <summary>The cart, the orders and the requests for sold-out SKUs of a user.</summary>
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
        var requests = await session.Query<BackInStockRequest>().Where(x => x.Subject.IsOneOf(subjects)).OrderBy(x => x.Id)
            .ToListAsync(cancellation);
        var alerts = await session.Query<PriceAlert>().Where(x => x.Subject.IsOneOf(subjects)).OrderBy(x => x.Id).ToListAsync(cancellation);
        var wishlist = await Wishes.ReadAsync(session, subjects, cancellation);
        var held = new
        {
            cart,
            orders = orders.Select(OrderView.Of),
            backInStock = requests.Select(x => new { x.Sku, x.Email, x.AskedAt }),
            wishlist,
            priceAlerts = alerts.Select(x => new { x.Sku, x.Email, Price = Money.Zero() with { Minor = x.Price }, x.AskedAt }),
        };
        return new(asked.UserId, asked.ExportId, JsonSerializer.Serialize(held, AaryaJson.Options), [.. orders.Select(x => x.Id)]);
    }
}
