using Aarya.Infrastructure.Pages;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Pages;

/// <summary>The page of a link that opens an order without an account.</summary>
[DevelopmentOnly]
public static class ShowOrderEndpoint
{
    private const string Order = """
        <div id="order" hidden><h2 id="goods">Goods</h2>
        <div class="scroll"><table aria-labelledby="goods"><thead><tr><th scope="col">Article</th><th scope="col">Quantity</th>
        <th scope="col" class="sum">Price</th></tr></thead><tbody id="lines"></tbody></table></div>
        <h2>Delivery address</h2><p id="address"></p>
        <h2 id="happened">What happened</h2>
        <div class="scroll"><table aria-labelledby="happened"><thead><tr><th scope="col">UTC</th><th scope="col">Event</th>
        <th scope="col">Detail</th></tr></thead><tbody id="timeline"></tbody></table></div></div>
        """;

    private const string Script = """
        say('Opening the order …');
        const { order, timeline } = await send('/api/orders/lookup/open');
        const money = x => new Intl.NumberFormat('en-IN', { style: 'currency', currency: x.currency }).format(x.amount / 100);
        const words = x => x.replaceAll('_', ' ');
        const row = (id, cells, sum) => {
          const line = at(id).insertRow();
          for (const cell of cells) line.insertCell().textContent = cell ?? '';
          if (sum) line.lastChild.className = 'sum';
        };
        say(`Order ${order.number}: ${words(order.status)}. Payment: ${words(order.payment.status)}.`);
        for (const x of order.lines) row('lines', [`${x.name} (${x.sku})`, x.quantity, money(x.lineTotal)], true);
        if (order.discount.amount) row('lines', ['Discount', '', money(order.discount)], true);
        row('lines', ['Delivery', '', money(order.shipping)], true);
        row('lines', ['Total, with tax', '', money(order.total)], true);
        const to = order.shippingAddress;
        at('address').textContent = [to.name, to.line1, to.line2, to.city, to.state, to.postalCode, to.country].filter(Boolean).join(', ');
        for (const x of timeline) {
          row('timeline', [x.at.slice(0, 19).replace('T', ' '), words(x.kind), x.amount ? money(x.amount) : x.detail]);
        }
        at('order').hidden = false;
        """;

    [WolverineGet("/orders/lookup")]
    public static IResult Get(HttpContext http) => LinkPage.Of(http, "Your order", Order, Script);
}
