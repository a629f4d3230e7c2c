using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Aarya.Features.Search.Postgres;

namespace Aarya.Features.Search.Recommendations;

/// <summary>One product of an order.</summary>
public readonly record struct BoughtProduct(Guid OrderId, Guid ProductId, Guid Subject, int Quantity, DateTimeOffset At);

/// <summary>A product that shoppers buy with another.</summary>
/// <param name="With">The other product.</param>
/// <param name="Strength">How much more often than by chance, and how often; only to compare.</param>
public readonly record struct Companion(Guid ProductId, Guid With, double Strength);

/// <summary>The purchases of the last months: what is bought together, and what sells. Immutable.</summary>
public sealed class PurchaseHistory
{
    /// <summary>The number of shoppers that a pair needs: a pair of fewer may be chance.</summary>
    public const int LeastTogether = 3;

    // The newest orders of a product: more would say the same and take longer.
    private const int MostOrders = 5_000;

    // Those that go with a product most: more than an answer shows, because some are sold out or bought already.
    private const int MostCompanions = 100;

    // What a reseller orders does not go together, and says little about what shoppers like.
    private const int MostProducts = 50;
    private const int MostPieces = 10;

    // The weight of a purchase relative to the next newer one.
    private const double Older = 0.9;

    private readonly Dictionary<Guid, int> numbers = [];
    private readonly List<Guid> products = [];
    private readonly List<double> sales = [];
    private readonly List<(int Shopper, List<int> Products)> orders = [];
    private readonly List<List<int>> ordersOf = [];
    private readonly ConcurrentDictionary<Guid, IReadOnlyList<Companion>> companionsOf = [];
    private readonly Lazy<int[]> bestselling;

    /// <param name="bought">The newest first. A product may be several times in an order, by its SKUs.</param>
    public PurchaseHistory(IEnumerable<BoughtProduct> bought)
    {
        bestselling = new(() => [.. Enumerable.Range(0, products.Count).OrderByDescending(x => sales[x])]);
        Dictionary<Guid, int> known = [];
        Dictionary<Guid, int> shoppers = [];
        foreach (var one in bought)
        {
            var product = NumberOf(one.ProductId);
            var pieces = SalesOfProducts.WeeksUntil(one.At) + Math.Log2(Math.Clamp(one.Quantity, 1, MostPieces));
            sales[product] = SalesOfProducts.Sum(sales[product], pieces);
            if (!known.TryGetValue(one.OrderId, out var order))
            {
                known[one.OrderId] = order = orders.Count;
                ref var shopper = ref CollectionsMarshal.GetValueRefOrAddDefault(shoppers, one.Subject, out var isKnown);
                if (!isKnown) shopper = shoppers.Count;
                orders.Add((shopper, []));
            }

            var together = orders[order].Products;
            if (together.Count == MostProducts || together.Contains(product)) continue;
            together.Add(product);
            ordersOf[product].Add(order);
        }
    }

    /// <summary>What shoppers buy with a product more often than by chance, the strongest first.</summary>
    public IReadOnlyList<Companion> BoughtWith(Guid productId) => companionsOf.GetOrAdd(productId, Find);

    /// <summary>What shoppers buy with what one shopper bought, the strongest first.</summary>
    /// <param name="bought">The newest first: each counts a little less than the one before.</param>
    /// <returns>Each product once, with the purchase that it goes with most.</returns>
    public IReadOnlyList<Companion> BoughtWith(IReadOnlyList<Guid> bought)
    {
        Dictionary<Guid, (double Sum, Companion Most)> companions = [];
        foreach (var companion in bought.SelectMany((x, i) =>
            BoughtWith(x).Select(y => y with { Strength = y.Strength * Math.Pow(Older, i) })))
        {
            var (sum, most) = companions.GetValueOrDefault(companion.ProductId);
            companions[companion.ProductId] = (sum + companion.Strength, companion.Strength > most.Strength ? companion : most);
        }

        return
        [
            .. companions.Values.Select(x => x.Most with { Strength = x.Sum })
                .OrderByDescending(x => x.Strength).ThenBy(x => x.ProductId),
        ];
    }

    /// <summary>
    /// What sells at present, the most pieces first. The weight of a piece halves per week, and a product needs half a piece in total.
    /// </summary>
    public IEnumerable<Guid> Trending(DateTimeOffset now)
    {
        var least = SalesOfProducts.WeeksUntil(now) - 1;
        return bestselling.Value.TakeWhile(x => sales[x] >= least).Select(x => products[x]);
    }

    /// <summary>The weight of each product that sold; see <see cref="SalesOfProducts"/>.</summary>
    public IReadOnlyDictionary<Guid, double> Sales() => numbers.ToDictionary(x => x.Key, x => sales[x.Value]);

    private IReadOnlyList<Companion> Find(Guid productId)
    {
        if (!numbers.TryGetValue(productId, out var product)) return [];
        Dictionary<int, Together> together = [];
        var counted = ordersOf[product].Take(MostOrders).Select(x => orders[x]).ToList();
        foreach (var (shopper, inOrder) in counted)
        {
            foreach (var other in inOrder)
            {
                if (other != product) CollectionsMarshal.GetValueRefOrAddDefault(together, other, out _).Add(shopper);
            }
        }

        List<Companion> companions = [];
        foreach (var (other, both) in together.Where(x => x.Value.Shoppers >= LeastTogether))
        {
            var share = (double)both.Orders / counted.Count;
            // How many times as often as by chance.
            var lift = share * orders.Count / ordersOf[other].Count;
            if (lift > 1) companions.Add(new(products[other], productId, share * Math.Log(lift)));
        }

        return [.. companions.OrderByDescending(x => x.Strength).ThenBy(x => x.ProductId).Take(MostCompanions)];
    }

    private int NumberOf(Guid productId)
    {
        if (numbers.TryGetValue(productId, out var number)) return number;
        numbers[productId] = number = products.Count;
        products.Add(productId);
        sales.Add(double.NegativeInfinity);
        ordersOf.Add([]);
        return number;
    }

    /// <summary>The orders that have two products, and how many shoppers they are of, counted up to <see cref="LeastTogether"/>.</summary>
    private struct Together
    {
        private int first;
        private int second;

        public int Orders { get; private set; }

        public int Shoppers { get; private set; }

        public void Add(int shopper)
        {
            Orders++;
            if (Shoppers == 0) first = shopper;
            else if (Shoppers == 1 && shopper != first) second = shopper;
            else if (Shoppers != 2 || shopper == first || shopper == second) return;
            Shoppers++;
        }
    }
}
