using System.Collections.Concurrent;

namespace Aarya.Features.Search.Postgres;

/// <summary>
/// The scores that products had before their present ones: the pages of a search go on in the order of its first page, while products are
/// sold and looked at. One thread changes it while others read.
/// </summary>
internal sealed class EarlierScores
{
    /// <summary>How long a shopper may take for the pages of a search.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(30);

    private const int Most = 200_000;

    private readonly ConcurrentDictionary<Guid, Scores> latest = new();
    private readonly Queue<(long Until, Guid Product)> inOrder = new();

    /// <summary>Stores the scores that a product had until this time.</summary>
    public void Add(Guid product, long until, int sales, int popularity)
    {
        latest[product] = new(until, sales, popularity) { Before = latest.GetValueOrDefault(product) };
        inOrder.Enqueue((until, product));
    }

    /// <summary>Forgets what is too old, and the oldest of too many.</summary>
    public void Forget(long now)
    {
        while (inOrder.TryPeek(out var oldest)
            && (inOrder.Count > Most || oldest.Until < now - (long)Kept.TotalMilliseconds)) ForgetOldest(inOrder.Dequeue().Product);
    }

    /// <summary>Since when the product has its present scores; 0 when no earlier ones are known.</summary>
    public long Since(Guid product) => latest.GetValueOrDefault(product)?.Until ?? 0;

    /// <summary>The scores of the product at this time; null when it still has them, or when they are forgotten.</summary>
    public Scores? At(Guid product, long time)
    {
        Scores? found = null;
        for (var one = latest.GetValueOrDefault(product); one is not null && one.Until > time; one = one.Before) found = one;
        return found;
    }

    private void ForgetOldest(Guid product)
    {
        var one = latest[product];
        if (one.Before is null)
        {
            latest.TryRemove(product, out _);
            return;
        }

        while (one.Before!.Before is not null) one = one.Before;
        one.Before = null;
    }

    /// <param name="Until">The first millisecond of the next ones.</param>
    internal sealed record Scores(long Until, int Sales, int Popularity)
    {
        private volatile Scores? before;

        public Scores? Before
        {
            get => before;
            set => before = value;
        }
    }
}
