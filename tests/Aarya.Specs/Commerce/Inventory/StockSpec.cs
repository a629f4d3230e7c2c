using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Commerce.Inventory;

public sealed class StockSpec(AaryaFixture fixture) : Spec(fixture), IAsyncLifetime
{
    private readonly string tag = Guid.NewGuid().ToString("N")[..8].ToUpperInvariant();
    private readonly DateTimeOffset later = DateTimeOffset.UtcNow.AddMinutes(15);

    private IDocumentStore Store => Host.Services.GetRequiredService<ICommerceStore>();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task a_hundred_shoppers_racing_for_thirty_units_buy_exactly_thirty()
    {
        var sku = await GivenAsync("KURTA", 30);
        var ids = Enumerable.Range(0, 100).Select(_ => Guid.CreateVersion7()).ToList();

        var held = await AtOnce(ids, async id => (await ReserveAsync(id, new StockLine(sku, 1))).Count == 0);

        Assert.Equal(30, held.Count(x => x));
        Assert.Equal((30, 30), await OnShelfAsync(sku));
        await AtOnce(ids, SellAsync);
        Assert.Equal((0, 0), await OnShelfAsync(sku));
    }

    [Fact]
    public async Task orders_with_their_lines_in_opposite_order_never_deadlock()
    {
        var skus = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => GivenAsync($"L{i}", 1_000)));

        var held = await AtOnce(Enumerable.Range(0, 200), async i =>
        {
            var lines = skus.Select(x => new StockLine(x, 1)).ToArray();
            if (i % 2 == 0) Array.Reverse(lines);
            if (i % 3 == 0) Random.Shared.Shuffle(lines);
            return (await ReserveAsync(Guid.CreateVersion7(), lines)).Count == 0;
        });

        Assert.All(held, Assert.True);
        foreach (var sku in skus) Assert.Equal((1_000, 200), await OnShelfAsync(sku));
    }

    [Fact]
    public async Task an_order_gets_all_its_lines_or_none_and_is_told_which_are_short()
    {
        var (plenty, few) = (await GivenAsync("PLENTY", 50), await GivenAsync("FEW", 2));

        var shortages = await ReserveAsync(Guid.CreateVersion7(), new(plenty, 5), new(few, 3), new($"{tag}-NEVER", 1));

        Assert.Equal([new StockShortage(few, 3, 2), new StockShortage($"{tag}-NEVER", 1, 0)], shortages.OrderBy(x => x.Available == 0));
        Assert.Equal((50, 0), await OnShelfAsync(plenty));
        Assert.Equal((2, 0), await OnShelfAsync(few));
    }

    [Fact]
    public async Task the_same_sku_on_two_lines_counts_as_their_sum()
    {
        var sku = await GivenAsync("TWICE", 5);

        Assert.Equal([new StockShortage(sku, 6, 5)], await ReserveAsync(Guid.CreateVersion7(), new(sku, 3), new(sku, 3)));
        Assert.Empty(await ReserveAsync(Guid.CreateVersion7(), new(sku, 2), new(sku, 3)));
        Assert.Equal((5, 5), await OnShelfAsync(sku));
    }

    [Fact]
    public async Task a_reservation_asked_for_twice_at_once_is_held_once()
    {
        var (sku, id) = (await GivenAsync("ONCE", 10), Guid.CreateVersion7());

        var answers = await AtOnce(Enumerable.Range(0, 8), _ => ReserveAsync(id, new StockLine(sku, 7)));

        Assert.All(answers, Assert.Empty);
        Assert.Equal((10, 7), await OnShelfAsync(sku));
    }

    [Fact]
    public async Task released_stock_can_be_bought_again_and_releasing_twice_gives_nothing_extra()
    {
        var (sku, id) = (await GivenAsync("BACK", 4), Guid.CreateVersion7());
        await ReserveAsync(id, new StockLine(sku, 4));

        var released = await AtOnce(Enumerable.Range(0, 8), _ => ReleaseAsync(id));

        Assert.Single(released, x => x);
        Assert.Equal((4, 0), await OnShelfAsync(sku));
        Assert.False(await SellAsync(id));
        Assert.Empty(await ReserveAsync(id, new StockLine(sku, 4)));
        Assert.Equal((4, 0), await OnShelfAsync(sku));
    }

    [Fact]
    public async Task a_sale_is_booked_once_and_a_return_puts_it_back_once_whatever_its_reason()
    {
        var (sku, id) = (await GivenAsync("SOLD", 9), Guid.CreateVersion7());
        await ReserveAsync(id, new StockLine(sku, 4));

        Assert.Single(await AtOnce(Enumerable.Range(0, 8), _ => SellAsync(id)), x => x);
        Assert.Equal((5, 0), await OnShelfAsync(sku));
        Assert.False(await ReleaseAsync(id));

        Assert.Single(
            await AtOnce(Enumerable.Range(0, 8),
                i => InOneTransaction(x => Stock.RestockAsync(x, id, i % 2 == 0 ? "return" : "refund", default))), x => x);
        Assert.Equal((9, 0), await OnShelfAsync(sku));
    }

    [Fact]
    public async Task a_payment_that_races_the_expiry_of_its_order_is_either_a_sale_or_stock_given_back()
    {
        var sku = await GivenAsync("RACE", 40);
        var ids = Enumerable.Range(0, 40).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var id in ids) await ReserveAsync(id, new StockLine(sku, 1));

        var moved = await AtOnce(ids.SelectMany(x => new[] { (Id: x, Sell: true), (Id: x, Sell: false) }),
            async x => (x.Id, x.Sell, Done: x.Sell ? await SellAsync(x.Id) : await ReleaseAsync(x.Id)));

        Assert.All(moved.GroupBy(x => x.Id), x => Assert.Single(x, y => y.Done));
        var sold = moved.Count(x => x is { Sell: true, Done: true });
        Assert.Equal((40 - sold, 0), await OnShelfAsync(sku));
    }

    [Fact]
    public async Task what_a_rolled_back_transaction_did_never_happened()
    {
        var (sku, id) = (await GivenAsync("UNDO", 3), Guid.CreateVersion7());
        await using (var session = Store.LightweightSession())
        {
            Assert.Empty(await Stock.ReserveAsync(session, id, [new(sku, 3)], later, default));
        }

        Assert.Equal((3, 0), await OnShelfAsync(sku));
        Assert.False(await ReleaseAsync(id));
    }

    [Fact]
    public async Task any_mixture_of_orders_leaves_books_that_balance()
    {
        var skus = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => GivenAsync($"MIX{i}", 60)));
        var ids = Enumerable.Range(0, 40).Select(_ => Guid.CreateVersion7()).ToArray();

        await AtOnce(Enumerable.Range(0, 600), async i =>
        {
            var random = new Random(i);
            var id = ids[random.Next(ids.Length)];
            return random.Next(5) switch
            {
                0 or 1 =>
                    (await ReserveAsync(id,
                        [.. skus.Where(_ => random.Next(2) == 0).Append(skus[0]).Distinct()
                            .Select(x => new StockLine(x, random.Next(1, 4)))])).Count == 0,
                2 => await ReleaseAsync(id),
                3 => await SellAsync(id),
                _ => await InOneTransaction(x => Stock.RestockAsync(x, id, "return", default)),
            };
        });
    }

    [Fact]
    public async Task an_adjustment_counts_once_per_reference_and_never_takes_what_is_reserved()
    {
        var sku = await GivenAsync("COUNT", 10);
        await ReserveAsync(Guid.CreateVersion7(), new StockLine(sku, 6));

        var answers = await AtOnce(Enumerable.Range(0, 8), _ => AdjustAsync(sku, -4, "delivery-17"));

        Assert.All(answers, x => Assert.Equal((true, 6, 0), (x!.Stands, x.Level.OnHand, x.Level.Available)));
        var refused = await AdjustAsync(sku, -1, "delivery-18");
        Assert.Equal((false, 6, 0), (refused!.Stands, refused.Level.OnHand, refused.Level.Available));
        Assert.False((await AdjustAsync(sku, int.MaxValue, "delivery-19"))!.Stands);
        Assert.Equal(11, (await AdjustAsync(sku, 5, "delivery-20"))!.Level.OnHand);
        Assert.Null(await AdjustAsync($"{tag}-NEVER", 5, "delivery-21"));
    }

    [Fact]
    public async Task a_line_of_nothing_is_refused() => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
        ReserveAsync(Guid.CreateVersion7(), new StockLine("ANY", 0)));

    /// <summary>After every spec the ledger adds up to the stock on hand, and the held reservations to the reserved stock.</summary>
    public async ValueTask DisposeAsync()
    {
        await using var session = Store.QuerySession();
        await using var connection = session.Database.CreateConnection();
        await connection.OpenAsync();
        await using var unbalanced = new NpgsqlCommand(
            """
            select count(*) from commerce.stock
            where on_hand <> (select coalesce(sum(delta), 0) from commerce.stock_ledger where stock_ledger.sku = stock.sku)
               or reserved <> (
                 select coalesce(sum(quantity), 0) from commerce.reservation where reservation.sku = stock.sku and status = 'held')
            """, connection);
        Assert.Equal(0L, await unbalanced.ExecuteScalarAsync());
    }

    private async Task<string> GivenAsync(string name, int onHand)
    {
        var sku = $"{tag}-{name}";
        await using var session = Store.LightweightSession();
        Stock.Open(session, [new(sku, onHand)]);
        await session.SaveChangesAsync();
        return sku;
    }

    private Task<IReadOnlyList<StockShortage>> ReserveAsync(Guid id, params StockLine[] lines) =>
        InOneTransaction(x => Stock.ReserveAsync(x, id, lines, later, default));

    private Task<bool> ReleaseAsync(Guid id) => InOneTransaction(x => Stock.ReleaseAsync(x, id, default));

    private Task<bool> SellAsync(Guid id) => InOneTransaction(x => Stock.SellAsync(x, id, default));

    private Task<StockAdjustment?> AdjustAsync(string sku, int delta, string reference) =>
        InOneTransaction(x => Stock.AdjustAsync(x, sku, delta, "stocktake", reference, default));

    private async Task<T> InOneTransaction<T>(Func<IDocumentSession, Task<T>> change)
    {
        await using var session = Store.LightweightSession();
        var result = await change(session);
        await session.SaveChangesAsync();
        return result;
    }

    // More at once than the pool has connections, so that some always wait.
    private static async Task<IReadOnlyList<TOut>> AtOnce<TIn, TOut>(IEnumerable<TIn> inputs, Func<TIn, Task<TOut>> run)
    {
        using var gate = new SemaphoreSlim(18);
        return await Task.WhenAll(inputs.Select(async x =>
        {
            await gate.WaitAsync();
            try
            {
                return await Task.Run(() => run(x));
            }
            finally
            {
                gate.Release();
            }
        }));
    }

    private async Task<(int OnHand, int Reserved)> OnShelfAsync(string sku)
    {
        await using var session = Store.QuerySession();
        return await Stock.FindAsync(session, sku, default) is { } level
            ? (level.OnHand, level.Reserved)
            : throw new InvalidOperationException(sku);
    }
}
