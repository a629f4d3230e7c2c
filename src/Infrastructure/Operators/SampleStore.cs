using System.Globalization;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Operators;

/// <summary>
/// The samples of the last hour: of this process in its memory, and of all processes in the Redis of the caches, which may evict them.
/// </summary>
internal sealed class SampleStore
{
    private const string Kind = "metrics";
    private const string Ended = " ended";

    // Longer than the samples are read.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    // The slot of each process's last sample, by the id of the process.
    private static readonly RedisKey Processes = RedisKeys.Key(Kind, 0, "ops");

    private readonly RedisConnections redis;
    private readonly TimeProvider time;
    private readonly SampledProcess own;
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, Sample> samples = [];
    private readonly HashSet<long> unsent = [];

    // What was read from Redis. Only one reading at a time uses it.
    private readonly Dictionary<SampledProcess, SortedDictionary<long, Sample>> known = [];

    public SampleStore(RedisConnections redis, ActiveRoles roles, IConfiguration configuration, TimeProvider time)
    {
        (this.redis, this.time) = (redis, time);
        own = new(NodeName.From(configuration), roles.ServiceName, OperatorsListener.From(configuration)!.Port);
    }

    private long Earliest => Sample.SlotOf(time.GetUtcNow()) - Sample.Kept + 1;

    /// <summary>Keeps a sample of this process, instead of an earlier one of the same slot.</summary>
    public void Add(Sample sample)
    {
        lock (gate)
        {
            samples[sample.Slot] = sample;
            unsent.Add(sample.Slot);
            Forget(samples);
            unsent.IntersectWith(samples.Keys);
        }
    }

    /// <summary>Sends what the other processes do not have yet.</summary>
    public async Task SendAsync()
    {
        var key = KeyOf(own);
        // Redis has evicted them, or has begun empty.
        var isGone = !await redis.Cache.KeyExistsAsync(key);
        Sample[] sent;
        lock (gate) sent = [.. samples.Values.Where(x => isGone || unsent.Contains(x.Slot))];
        if (sent is not [.., var last]) return;
        await redis.Cache.TransactAsync(x =>
        {
            // The field of a sample is its place in the hour: it replaces the one of an hour ago.
            _ = x.HashSetAsync(key, [.. sent.Select(y => new HashEntry(FieldOf(y.Slot), y.Write()))]);
            _ = x.KeyExpireAsync(key, Lifetime);
            Announce(x, $"{last.Slot}");
        });
        lock (gate) unsent.ExceptWith(sent.Select(x => x.Slot));
    }

    /// <summary>Says that this process has stopped.</summary>
    public async Task EndAsync()
    {
        long last;
        lock (gate) last = samples.Keys.LastOrDefault();
        if (last > 0) await redis.Cache.TransactAsync(x => Announce(x, $"{last}{Ended}"));
    }

    /// <summary>The samples of the last hour, by process.</summary>
    /// <returns>Only those of this process, and false, while Redis does not answer.</returns>
    public async Task<(IReadOnlyList<ProcessSamples> Processes, bool AreComplete)> ReadAsync()
    {
        List<ProcessSamples> all = [];
        var areComplete = true;
        try
        {
            foreach (var (process, last, hasEnded) in await ReadProcessesAsync())
                all.Add(new(process, await ReadAsync(process, last), hasEnded));
        }
        catch (Exception e) when (Outage.Is(e))
        {
            all.Clear();
            areComplete = false;
        }

        var ofRedis = all.Find(x => x.Process == own)?.Samples ?? [];
        all.RemoveAll(x => x.Process == own);
        // Redis also has those of an earlier process of this name.
        lock (gate) all.Add(new(own, [.. samples.Values.UnionBy(ofRedis, x => x.Slot).OrderBy(x => x.Slot)], HasEnded: false));
        return (all, areComplete);
    }

    private async Task<IReadOnlyList<(SampledProcess Process, long Last, bool HasEnded)>> ReadProcessesAsync()
    {
        var seen = (await redis.Cache.HashGetAllAsync(Processes)).Select(x =>
        {
            var text = x.Value.ToString();
            var hasEnded = text.EndsWith(Ended, StringComparison.Ordinal);
            var isSlot = long.TryParse(hasEnded ? text[..^Ended.Length] : text, CultureInfo.InvariantCulture, out var slot);
            return (x.Name, Process: SampledProcess.Read(x.Name!), Last: isSlot ? slot : 0, hasEnded);
        }).ToList();
        RedisValue[] gone = [.. seen.Where(x => x.Process is null || x.Last < Earliest).Select(x => x.Name)];
        if (gone.Length > 0) await redis.Cache.TransactAsync(x => _ = x.HashDeleteAsync(Processes, gone));
        foreach (var process in known.Keys.Except(seen.Select(x => x.Process)).ToList()) known.Remove(process!);
        return [.. seen.Where(x => !gone.Contains(x.Name)).Select(x => (x.Process!, x.Last, x.hasEnded))];
    }

    // Only what is new since the last reading.
    private async Task<IReadOnlyList<Sample>> ReadAsync(SampledProcess process, long last)
    {
        if (!known.TryGetValue(process, out var read)) known[process] = read = [];
        var from = Math.Max(Earliest, read.Keys.LastOrDefault() + 1);
        if (last >= from)
        {
            RedisValue[] fields = [.. Enumerable.Range(0, (int)Math.Min(last - from + 1, Sample.Kept)).Select(x => FieldOf(from + x))];
            foreach (var value in await redis.Cache.HashGetAsync(KeyOf(process), fields))
            {
                if (value.HasValue && Sample.Read(value!) is { } sample && sample.Slot >= from) read[sample.Slot] = sample;
            }
        }

        Forget(read);
        return [.. read.Values];
    }

    private void Forget(SortedDictionary<long, Sample> of)
    {
        foreach (var old in of.Keys.Where(x => x < Earliest).ToList()) of.Remove(old);
    }

    private void Announce(ITransaction transaction, string state)
    {
        _ = transaction.HashSetAsync(Processes, own.Id, state);
        _ = transaction.KeyExpireAsync(Processes, Lifetime);
    }

    private static RedisValue FieldOf(long slot) => slot % Sample.Kept;

    private static RedisKey KeyOf(SampledProcess process) => RedisKeys.Key(Kind, 0, $"ops:{process.Id}");
}
