using Aarya.Features.Search.Recommendations;

namespace Aarya.Specs.Search.Recommendations;

/// <summary>
/// Shoppers with tastes of a known kind buy something; the last order of each is what the recommendations must have among their first ten.
/// </summary>
public sealed class HitRateSpec
{
    private const int Products = 1_000;
    private const int Tastes = 100;
    private const int Shoppers = 3_000;
    private const int Shown = 10;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void recommendations_foresee_twice_as_many_purchases_as_the_list_of_what_sells(int seed)
    {
        var orders = new Shop(seed).Orders();
        var last = orders.GroupBy(x => x.Subject).Select(x => x.MaxBy(y => y.At).OrderId).ToHashSet();
        var earlier = orders.Where(x => !last.Contains(x.OrderId)).OrderByDescending(x => x.At).ToList();
        var history = new PurchaseHistory(earlier);
        var boughtBy = earlier.ToLookup(x => x.Subject, x => x.ProductId);
        var trending = history.Trending(Start.AddDays(180)).ToList();
        // The other way to count what sells: all pieces of the half year alike.
        var popular = earlier.GroupBy(x => x.ProductId).OrderByDescending(x => x.Count()).Select(x => x.Key).ToList();

        var (foreseen, sold, soldInAll, asked) = (0, 0, 0, 0);
        foreach (var next in orders.Where(x => last.Contains(x.OrderId)).GroupBy(x => x.Subject))
        {
            var bought = boughtBy[next.Key].Distinct().ToList();
            var wanted = next.Select(x => x.ProductId).Except(bought).ToHashSet();
            var recommended = history.BoughtWith(bought).Select(x => x.ProductId);
            asked += wanted.Count;
            foreseen += Hits(recommended.Concat(trending).Distinct());
            sold += Hits(trending);
            soldInAll += Hits(popular);

            int Hits(IEnumerable<Guid> shown) => shown.Except(bought).Take(Shown).Count(wanted.Contains);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"of {asked} purchases: recommendations {(double)foreseen / asked:P1}, what sells {(double)sold / asked:P1}, "
            + $"what sold in the half year {(double)soldInAll / asked:P1}");
        Assert.True(foreseen >= 2 * Math.Max(sold, soldInAll),
            $"The recommendations foresaw {foreseen} purchases of {asked}, the lists of what sells {sold} and {soldInAll}.");
    }

    /// <summary>
    /// Each product belongs to one taste, and each shopper has two. Seven of ten purchases are of a taste of the shopper's, the others of
    /// any; popular products are bought more often, by Zipf's law.
    /// </summary>
    private sealed class Shop
    {
        private readonly Random random;
        private readonly Guid[] products;
        private readonly double[] reach = new double[Products];

        public Shop(int seed)
        {
            random = new(seed);
            products = [.. Enumerable.Range(0, Products).Select(_ => Id())];
            for (var i = 0; i < Products; i++) reach[i] = (i == 0 ? 0 : reach[i - 1]) + (1 / Math.Pow(i + 1, 0.8));
        }

        public List<BoughtProduct> Orders()
        {
            List<BoughtProduct> bought = [];
            for (var i = 0; i < Shoppers; i++)
            {
                var (shopper, tastes) = (Id(), new[] { random.Next(Tastes), random.Next(Tastes) });
                for (var left = random.Next(2, 7); left > 0; left--)
                {
                    var (order, at) = (Id(), Start.AddDays(180 * random.NextDouble()));
                    var taste = tastes[random.Next(2)];
                    var chosen = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Choose(taste)).Distinct();
                    bought.AddRange(chosen.Select(x => new BoughtProduct(order, products[x], shopper, 1, at)));
                }
            }

            return bought;
        }

        private int Choose(int taste)
        {
            if (random.NextDouble() >= 0.7) return Popular();
            // The products of a taste are as popular as others.
            while (true)
            {
                if (Popular() is var product && product % Tastes == taste) return product;
            }
        }

        private int Popular()
        {
            var at = Array.BinarySearch(reach, random.NextDouble() * reach[^1]);
            return Math.Min(Products - 1, at < 0 ? ~at : at);
        }

        private Guid Id()
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            return new(bytes);
        }
    }
}
