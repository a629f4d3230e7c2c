using System.Collections.Concurrent;

namespace Aarya.Drill;

/// <summary>A checkout that the shop has acknowledged: from now on exactly one such order must exist.</summary>
/// <param name="Began">When the attempt that was answered 201 was sent.</param>
/// <param name="IsPayable">True when the card is one that the bank accepts at once.</param>
internal sealed record Checkout(Guid OrderId, Guid Subject, DateTimeOffset Began, DateTimeOffset Ended, bool IsPayable);

/// <summary>An attempt without a final answer.</summary>
/// <param name="Why">The status and code, or what happened to the connection.</param>
internal sealed record RefusedAttempt(string Why, bool Keyed, DateTimeOffset At);

/// <summary>A request that was finally answered.</summary>
internal sealed record AnsweredRequest(
    string Method, string Path, bool Keyed, DateTimeOffset Began, DateTimeOffset Ended, TimeSpan Waited, int Attempts)
{
    public string InWords => $"({Method} {Client.PathOf(Path)}, {Attempts} attempts)";
}

/// <summary>What the shoppers have seen; it is compared with the books afterwards.</summary>
internal sealed class Witness
{
    private readonly ConcurrentDictionary<Guid, Checkout> checkouts = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> confirmed = new();
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<string, int>> carts = new();
    private readonly ConcurrentDictionary<string, int> surprises = new();
    private readonly ConcurrentDictionary<string, int> stories = new();
    private readonly ConcurrentQueue<RefusedAttempt> refused = new();
    private readonly ConcurrentQueue<AnsweredRequest> slow = new();
    private readonly ConcurrentDictionary<Watcher, byte> watchers = new();
    private int answered;

    public IReadOnlyCollection<Checkout> Checkouts => [.. checkouts.Values];

    /// <summary>Each unexpected event, and how often it happened.</summary>
    public IReadOnlyDictionary<string, int> Surprises => surprises;

    /// <summary>How often each story was finished.</summary>
    public IReadOnlyDictionary<string, int> Stories => stories;

    public int AnsweredRequests => answered;

    public void Acknowledged(Checkout checkout)
    {
        // One order may be acknowledged more than once: to several requests with one key.
        checkouts.TryAdd(checkout.OrderId, checkout);
        foreach (var watcher in watchers.Keys.Where(x => !x.Confirmed)) watcher.See(checkout, checkout.Ended);
    }

    public void Confirmed(Guid order)
    {
        var now = DateTimeOffset.UtcNow;
        if (!confirmed.TryAdd(order, now) || !checkouts.TryGetValue(order, out var checkout)) return;
        foreach (var watcher in watchers.Keys.Where(x => x.Confirmed)) watcher.See(checkout, now);
    }

    public void Surprised(string what) => surprises.AddOrUpdate(what, 1, (_, times) => times + 1);

    public void Told(string story) => stories.AddOrUpdate(story, 1, (_, times) => times + 1);

    public void Refused(RefusedAttempt attempt) => refused.Enqueue(attempt);

    public void Answered(AnsweredRequest request)
    {
        Interlocked.Increment(ref answered);
        // Only slow answers are reported.
        if (request.Waited > TimeSpan.FromMilliseconds(500)) slow.Enqueue(request);
    }

    /// <summary>The shop has acknowledged <paramref name="quantity"/> more of the SKU in the cart.</summary>
    public void PutInCart(Guid subject, string sku, int quantity) =>
        carts.GetOrAdd(subject, _ => new()).AddOrUpdate(sku, quantity, (_, before) => before + quantity);

    /// <summary>Returns what the cart held: the shopper has emptied it, or it belongs to another shopper now.</summary>
    public IReadOnlyDictionary<string, int> EmptiedCart(Guid subject) =>
        carts.TryRemove(subject, out var was) ? was : new ConcurrentDictionary<string, int>();

    /// <summary>What each shopper put into the cart and did not remove; orders are not subtracted.</summary>
    public IReadOnlyDictionary<Guid, IReadOnlyDictionary<string, int>> Carts =>
        carts.ToDictionary(x => x.Key, x => (IReadOnlyDictionary<string, int>)x.Value);

    public IReadOnlyList<RefusedAttempt> RefusedBetween(DateTimeOffset from, DateTimeOffset to) =>
        [.. refused.Where(x => x.At >= from && x.At <= to)];

    /// <summary>The slowest request that overlaps this time; requests with <c>?wait=</c> do not count.</summary>
    public AnsweredRequest? SlowestBetween(DateTimeOffset from, DateTimeOffset to) => slow
        .Where(x => x.Ended >= from && x.Ended - x.Waited <= to && !x.Path.Contains("wait=", StringComparison.Ordinal))
        .MaxBy(x => x.Waited);

    /// <summary>Waits for the first checkout that is sent after this moment: for its answer, or for its confirmation.</summary>
    public Watcher Watch(DateTimeOffset since, bool confirmed)
    {
        var watcher = new Watcher(since, confirmed);
        watchers.TryAdd(watcher, 0);
        return watcher;
    }

    public void Forget(Watcher watcher) => watchers.TryRemove(watcher, out _);
}

/// <summary>Waits for the first checkout that was sent after a moment.</summary>
internal sealed class Watcher(DateTimeOffset since, bool confirmed)
{
    private readonly TaskCompletionSource<DateTimeOffset> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True when it waits for the confirmation, false for the checkout's answer.</summary>
    public bool Confirmed => confirmed;

    public void See(Checkout checkout, DateTimeOffset at)
    {
        if (checkout.Began >= since) seen.TrySetResult(at);
    }

    /// <summary>When it came; null when it did not come in time.</summary>
    public async Task<DateTimeOffset?> SeenAsync(TimeSpan within)
    {
        try
        {
            return await seen.Task.WaitAsync(within);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
