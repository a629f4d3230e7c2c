using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Aarya.Features.Search.Recommendations;

/// <summary>One product of an order.</summary>
public readonly record struct BoughtProduct(Guid OrderId, Guid ProductId, Guid Subject, int Quantity, DateTimeOffset At);

/// <summary>A product that shoppers buy with another.</summary>
/// <param name="With">The other product.</param>
/// <param name="Strength">How much more often than by chance, and how often; only to compare.</param>
public readonly record struct Companion(Guid ProductId, Guid With, double Strength);

/// <summary>The purchases of the last months: what is bought together, what sells, and what each shopper bought. Immutable.</summary>
public sealed class PurchaseHistory
{
    /// <summary>Products that fewer orders have in common may be in them by chance.</summary>
    public const int LeastTogether = 3;

    // The newest orders of a product: more would say the same and take longer.
    private const int MostOrders = 5_000;

    // What a reseller orders does not go together, and says little about what shoppers like.
    private const int MostProducts = 50;
    private const int MostPieces = 10;

    // A purchase counts this part of the next newer one.
    private const double Older = 0.9;

    private static readonly TimeSpan Half = TimeSpan.FromDays(7);

    private readonly Dictionary<Guid, int> numbers = [];
    private readonly List<Guid> products = [];
    private readonly List<double> pieces = [];
    private readonly List<List<int>> orders = [];
    private readonly List<List<int>> ordersOf = [];
    private readonly Dictionary<Guid, List<Guid>> boughtBy = [];
    private readonly ConcurrentDictionary<Guid, IReadOnlyList<Companion>> companionsOf = [];
    private readonly Lazy<Guid[]> trending;

    /// <param name="bought">The newest first. A product may be several times in an order, by its SKUs.</param>
    /// <param name="now">Sales count half as much for each week before it.</param>
    public PurchaseHistory(IEnumerable<BoughtProduct> bought, DateTimeOffset now)
    {
        trending = new(() => [.. Enumerable.Range(0, products.Count).OrderByDescending(x => pieces[x]).Select(x => products[x])]);
        Dictionary<Guid, int> known = [];
        foreach (var one in bought)
        {
            var product = NumberOf(one.ProductId);
            pieces[product] += Math.Min(one.Quantity, MostPieces) * Math.Pow(0.5, Math.Max(0, (now - one.At) / Half));
            Remember(one);
            if (!known.TryGetValue(one.OrderId, out var order))
            {
                known[one.OrderId] = order = orders.Count;
                orders.Add([]);
            }

            if (orders[order].Count == MostProducts || orders[order].Contains(product)) continue;
            orders[order].Add(product);
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

    /// <summary>What sells at present, the most pieces first; a piece counts half as much for each week since.</summary>
    public IReadOnlyList<Guid> Trending() => trending.Value;

    /// <summary>How many pieces of each product sold; a piece counts half as much for each week since.</summary>
    public IReadOnlyDictionary<Guid, double> Pieces() => numbers.ToDictionary(x => x.Key, x => pieces[x.Value]);

    /// <summary>The products that a shopper bought, the newest first.</summary>
    public IReadOnlyList<Guid> BoughtBy(Guid subject) => boughtBy.GetValueOrDefault(subject) ?? [];

    private IReadOnlyList<Companion> Find(Guid productId)
    {
        if (!numbers.TryGetValue(productId, out var product)) return [];
        Dictionary<int, int> together = [];
        var counted = ordersOf[product].Take(MostOrders).ToList();
        foreach (var other in counted.SelectMany(x => orders[x]).Where(x => x != product))
            CollectionsMarshal.GetValueRefOrAddDefault(together, other, out _)++;
        List<Companion> companions = [];
        foreach (var (other, count) in together.Where(x => x.Value >= LeastTogether))
        {
            var share = (double)count / counted.Count;
            // How many times as often as by chance.
            var lift = share * orders.Count / ordersOf[other].Count;
            if (lift > 1) companions.Add(new(products[other], productId, share * Math.Log(lift)));
        }

        return [.. companions.OrderByDescending(x => x.Strength).ThenBy(x => x.ProductId)];
    }

    private void Remember(in BoughtProduct one)
    {
        ref var mine = ref CollectionsMarshal.GetValueRefOrAddDefault(boughtBy, one.Subject, out _);
        mine ??= [];
        if (mine.Count < MostProducts && !mine.Contains(one.ProductId)) mine.Add(one.ProductId);
    }

    private int NumberOf(Guid productId)
    {
        if (numbers.TryGetValue(productId, out var number)) return number;
        numbers[productId] = number = products.Count;
        products.Add(productId);
        pieces.Add(0);
        ordersOf.Add([]);
        return number;
    }
}
