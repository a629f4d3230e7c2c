using Aarya.Features;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Pricing;

namespace Aarya.Specs.Commerce.Cart;

public sealed class CartViewSpec
{
    private static readonly Money Seen = Money.Rupees(500);
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private readonly Offer tee = new("TEE-S", Guid.CreateVersion7(), "linen-tee", "Linen tee", "S", "white", "/tee.jpg", Seen,
        OnSale: true, Available: 9);

    private static CartView View(Offer? offer, int quantity = 2) => CartView.Of(
        new(Guid.CreateVersion7(), [new("TEE-S", quantity, Seen, DateTimeOffset.UnixEpoch)]),
        offer is null ? new Dictionary<string, Offer>() : new() { [offer.Sku] = offer }, "IN", Now);

    [Fact]
    public void a_line_is_shown_at_the_price_of_now_and_says_what_it_was()
    {
        var view = View(tee with { Price = Money.Rupees(450) });

        Assert.Equal((Money.Rupees(450), Money.Rupees(900)), (view.Lines[0].UnitPrice, view.Lines[0].LineTotal));
        Assert.Equal([new("TEE-S", "price", Seen, Money.Rupees(450))], view.Changes);
        Assert.Equal(Money.Rupees(900 + 79), view.Total);
    }

    [Fact]
    public void nothing_has_changed_while_price_and_stock_are_as_they_were() => Assert.Empty(View(tee).Changes);

    [Fact]
    public void fewer_pieces_than_wanted_are_told() =>
        Assert.Equal([new("TEE-S", "availability", Available: 1)], View(tee with { Available = 1 }).Changes);

    [Fact]
    public void what_was_withdrawn_stays_visible_and_cannot_be_had()
    {
        var view = View(tee with { OnSale = false });

        Assert.Equal(("Linen tee", 0), (view.Lines[0].Name, view.Lines[0].Available));
        Assert.Equal([new("TEE-S", "withdrawn")], view.Changes);
        Assert.Equal((Money.Zero(), Money.Zero(), Money.Zero(), Money.Zero()), (view.Subtotal, view.Shipping, view.Tax, view.Total));
    }

    [Fact]
    public void what_the_catalogue_has_forgotten_is_shown_as_it_was_seen()
    {
        var view = View(null);

        Assert.Equal(("TEE-S", Seen, 0), (view.Lines[0].Name, view.Lines[0].UnitPrice, view.Lines[0].Available));
        Assert.Equal("withdrawn", view.Changes[0].Kind);
        Assert.Equal((Money.Zero(), Money.Zero()), (view.Tax, view.Total));
    }

    [Fact]
    public void what_is_sold_out_counts_because_it_may_come_back()
    {
        var view = View(tee with { Available = 0 });

        Assert.Equal([new("TEE-S", "availability", Available: 0)], view.Changes);
        Assert.Equal(Money.Rupees(1_000), view.Total);
    }

    [Fact]
    public void an_empty_cart_costs_nothing() =>
        Assert.Equal(Money.Zero(), CartView.Of(new(Guid.Empty, []), new Dictionary<string, Offer>(), "IN", Now).Total);
}
