using Aarya.Features.Search.Postgres;
using Aarya.Features.Search.Recommendations;

namespace Aarya.Specs.Search.Recommendations;

/// <summary>What is bought together and what sells, from orders.</summary>
public sealed class PurchaseHistorySpec
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Guid Kurta = Product(1);
    private static readonly Guid Dupatta = Product(2);
    private static readonly Guid Juttis = Product(3);
    private static readonly Guid Socks = Product(4);

    private readonly List<BoughtProduct> bought = [];

    [Fact]
    public void what_is_bought_together_more_often_than_by_chance_goes_together()
    {
        Order(4, Kurta, Dupatta);
        Order(3, Kurta, Juttis);
        Order(3, Juttis);
        Order(10, Socks);

        var companions = History().BoughtWith(Kurta);

        Assert.Equal([Dupatta, Juttis], companions.Select(x => x.ProductId));
        Assert.All(companions, x => Assert.Equal(Kurta, x.With));
    }

    [Fact]
    public void what_two_orders_have_in_common_may_be_chance()
    {
        Order(2, Kurta, Dupatta);
        Order(20, Socks);

        Assert.Empty(History().BoughtWith(Kurta));
        Order(1, Kurta, Dupatta);
        Assert.Equal([Dupatta], History().BoughtWith(Kurta).Select(x => x.ProductId));
    }

    [Fact]
    public void what_everybody_buys_goes_with_nothing()
    {
        Order(5, Kurta, Socks);
        Order(5, Kurta);
        Order(10, Juttis, Socks);

        Assert.DoesNotContain(History().BoughtWith(Kurta), x => x.ProductId == Socks);
    }

    [Fact]
    public void several_skus_of_one_product_are_one_purchase()
    {
        Order(3, Kurta, Kurta, Dupatta, Dupatta);
        Order(3, Socks);

        Assert.Equal([Dupatta], History().BoughtWith(Kurta).Select(x => x.ProductId));
    }

    [Fact]
    public void an_older_purchase_of_a_shopper_counts_less()
    {
        Order(3, Kurta, Dupatta);
        Order(3, Juttis, Socks);

        Assert.Equal([Socks, Dupatta], History().BoughtWith([Juttis, Kurta]).Select(x => x.ProductId));
        Assert.Equal([Dupatta, Socks], History().BoughtWith([Kurta, Juttis]).Select(x => x.ProductId));
        Assert.Equal([Kurta, Juttis], History().BoughtWith([Kurta, Juttis]).Select(x => x.With));
    }

    [Fact]
    public void sales_of_a_week_ago_count_half()
    {
        Sell(Kurta, 3, Now.AddDays(-7));
        Sell(Dupatta, 2, Now);
        Sell(Juttis, 3, Now.AddDays(-14));

        Assert.Equal([Dupatta, Kurta, Juttis], History().Trending(Now));
    }

    [Fact]
    public void what_counts_less_than_half_a_piece_sells_no_longer()
    {
        Sell(Kurta, 1, Now.AddDays(-7));
        Sell(Dupatta, 1, Now.AddDays(-8));
        Sell(Juttis, 3, Now.AddDays(-15));

        Assert.Equal([Kurta, Juttis], History().Trending(Now).Order());
    }

    [Fact]
    public void how_well_a_product_sells_changes_with_its_own_purchases_only()
    {
        Sell(Kurta, 3, Now.AddDays(-7));
        Sell(Dupatta, 2, Now);
        Sell(Juttis, 1, Now.AddYears(-10));
        var before = Scores();
        Assert.True(before[Dupatta] > before[Kurta] && before[Kurta] > before[Juttis] && before[Juttis] > 0);

        Sell(Kurta, 1, Now.AddDays(100));
        Sell(Socks, 5, Now.AddDays(100));
        var after = Scores();

        Assert.Equal((before[Dupatta], before[Juttis]), (after[Dupatta], after[Juttis]));
        Assert.True(after[Kurta] > before[Dupatta] && after[Socks] > after[Kurta]);
    }

    [Fact]
    public void sales_of_decades_are_still_in_order()
    {
        for (var year = 0; year < 100; year++) Sell(Product(year + 1), 1, Now.AddYears(year));

        var sales = History().Sales();

        Assert.Equal(Enumerable.Range(1, 100), Enumerable.Range(1, 100).OrderBy(x => sales[Product(x)]));
        Assert.Equal(100, sales.Values.Distinct().Count());
    }

    [Fact]
    public void a_reseller_makes_no_trend()
    {
        Sell(Kurta, 10_000, Now);
        for (var i = 0; i < 11; i++) Sell(Dupatta, 1, Now);

        Assert.Equal([Dupatta, Kurta], History().Trending(Now));
    }

    [Fact]
    public void what_two_shoppers_bought_together_any_number_of_times_may_be_chance()
    {
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        for (var i = 0; i < 10; i++) OrderOf(i % 2 == 0 ? one : other, Kurta, Dupatta);
        Order(20, Socks);

        Assert.Empty(History().BoughtWith(Kurta));
        Order(1, Kurta, Dupatta);
        Assert.Equal([Dupatta], History().BoughtWith(Kurta).Select(x => x.ProductId));
    }

    [Fact]
    public void a_product_has_at_most_a_hundred_companions()
    {
        for (var i = 0; i < 3; i++)
        {
            for (var first = 100; first < 300; first += 40)
                Order(1, [Product(1), .. Enumerable.Range(first, 40).Select(Product)]);
        }

        Order(20, Socks);

        Assert.Equal(100, History().BoughtWith(Product(1)).Count);
    }

    [Fact]
    public void an_order_of_thousands_of_lines_is_counted_in_part()
    {
        Order(3, [.. Enumerable.Range(100, 5_000).Select(Product)]);
        Order(3, Socks);

        Assert.Equal(49, History().BoughtWith(Product(100)).Count);
    }

    private static Guid Product(int number) => new(number, 0, 0, new byte[8]);

    private void Order(int times, params Guid[] products)
    {
        for (var i = 0; i < times; i++) OrderOf(Guid.NewGuid(), products);
    }

    private void OrderOf(Guid shopper, params Guid[] products)
    {
        var order = Guid.NewGuid();
        bought.AddRange(products.Select(x => new BoughtProduct(order, x, shopper, 1, Now)));
    }

    private void Sell(Guid product, int pieces, DateTimeOffset at) => bought.Add(new(Guid.NewGuid(), product, Guid.NewGuid(), pieces, at));

    private PurchaseHistory History() => new(bought.OrderByDescending(x => x.At));

    private Dictionary<Guid, int> Scores()
    {
        var sold = History().Sales();
        return sold.Keys.ToDictionary(x => x, x => SalesOfProducts.OfSales(sold, x));
    }
}
