using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Commerce.Pricing;

/// <summary>
/// The offers that carts are shown with: a limited number, cached in this process for a second. Checkout does not use this cache; it takes
/// prices from the table, in its own transaction. While one read is running, missing SKUs are collected for the next read, so that a
/// popular SKU costs one read per second, however many requests need it.
/// </summary>
public sealed class Offers(ICommerceStore store, CacheBudget budget, TimeProvider time)
{
    private const int AboutBytes = 500;
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    private readonly BudgetedCache<string, Kept> kept = new(budget, static (sku, _) => (sku.Length * 2) + AboutBytes);
    private readonly CacheReads reads = budget.ReadsOf("offers");
    private readonly Lock gate = new();
    private Gathering? next;
    private Task running = Task.CompletedTask;

    public async ValueTask<Offer?> FindAsync(string sku, CancellationToken cancellation) =>
        FindKept(sku) ?? (await FindAsync([sku], cancellation)).GetValueOrDefault(sku);

    /// <summary>The offers of these SKUs; one that the shop never had is absent.</summary>
    public ValueTask<Dictionary<string, Offer>> FindAsync(IReadOnlyCollection<string> skus, CancellationToken cancellation)
    {
        Dictionary<string, Offer> found = new(skus.Count, StringComparer.Ordinal);
        List<string>? missing = null;
        foreach (var sku in skus)
        {
            if (FindKept(sku) is { } offer) found[sku] = offer;
            else (missing ??= []).Add(sku);
        }

        return missing is null ? ValueTask.FromResult(found) : ReadAsync(found, missing, cancellation);
    }

    private async ValueTask<Dictionary<string, Offer>> ReadAsync(Dictionary<string, Offer> found, List<string> missing,
        CancellationToken cancellation)
    {
        var read = await Gather(missing).WaitAsync(cancellation);
        foreach (var sku in missing)
            if (read.TryGetValue(sku, out var offer)) found[sku] = offer;
        return found;
    }

    private Task<Dictionary<string, Offer>> Gather(List<string> missing)
    {
        lock (gate)
        {
            if (next is null)
            {
                next = new();
                var gathering = next;
                gathering.Offers = RunAfterAsync(running, gathering);
                running = gathering.Offers;
            }

            next.Skus.UnionWith(missing);
            return next.Offers;
        }
    }

    private async Task<Dictionary<string, Offer>> RunAfterAsync(Task previous, Gathering gathering)
    {
        // Its failure was thrown to the callers that waited for it.
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (gate) next = null;
        await using var connection = await store.OpenConnectionAsync(CancellationToken.None);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Offer.Select(gathering.Skus) } };
        await using var reader = await batch.ExecuteReaderAsync();
        var offers = await Offer.ReadAsync(reader, CancellationToken.None);
        var readAt = time.GetTimestamp();
        foreach (var offer in offers.Values) kept.Set(offer.Sku, new(offer, readAt));
        return offers;
    }

    private Offer? FindKept(string sku) =>
        reads.Count(kept.TryGet(sku, out var known) && time.GetElapsedTime(known.ReadAt) < KeptFor) ? known!.Offer : null;

    private sealed record Kept(Offer Offer, long ReadAt);

    private sealed class Gathering
    {
        public HashSet<string> Skus { get; } = new(StringComparer.Ordinal);

        public Task<Dictionary<string, Offer>> Offers { get; set; } = null!;
    }
}
