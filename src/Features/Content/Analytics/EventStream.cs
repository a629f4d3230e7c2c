using System.Net;
using System.Text.Json;
using Aarya.Features.Content.Contracts;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Features.Content.Analytics;

/// <summary>
/// Adds what visitors do to the stream <c>analytics</c>, in one round trip. When the stream has used up its memory, or Redis does not
/// answer, the events are lost: a visitor gets no error because of them, and Redis has room for carts and orders. Redis counts the
/// lost events. While it does not answer, this process counts them and adds its count with the next events that Redis accepts.
/// </summary>
public sealed partial class EventStream(
    RedisConnections redis, StreamPolicies policies, EventSample sample, TimeProvider time, ILogger<EventStream> log)
{
    // Redis stores the entries of a stream in pieces of 4 KB: larger entries would waste memory.
    private const int CountsPerEntry = 30;

    private static readonly string Add = EmbeddedText.Of<EventStream>("add-events.lua");
    private readonly OutageLine outage = new();
    private readonly Lock counting = new();

    // The weight of the lost events that are not yet added to the count in Redis.
    private double missed;

    private readonly StreamPolicy[] parts = [.. policies.Parts.Where(x => x.Name == Streams.Analytics)];

    public async Task AddAsync(SendEvents sent, IPAddress? client)
    {
        var network = RateLimits.NetworkOf(client);
        var counts = VisitorCounts.Of(sent, () => sample.Next(network), time.GetUtcNow());
        if (counts.Counts.Count == 0) return;
        var part = parts[Random.Shared.Next(parts.Length)];
        var weight = counts.Counts.Sum(x => x.Count);
        var before = TakeMissed();
        RedisValue[] arguments =
        [
            part.Bytes, weight, before, VisitorCountsNotice.Type,
            .. counts.Counts.Chunk(CountsPerEntry)
                .Select(x => (RedisValue)JsonSerializer.SerializeToUtf8Bytes(counts with { Counts = x }, StreamJson.Options)),
        ];
        try
        {
            var stream = part.KeyIn(redis.Keys);
            await redis.State.ScriptEvaluateAsync(Add, [stream, StreamHistory.LostKey(stream)], arguments);
        }
        catch (Exception e)
        {
            // A command that timed out may have run: then it is counted twice, or its events count as lost although the stream has them.
            lock (counting) missed += before + weight;
            if (!Outage.Is(e)) throw;
            if (outage.IsDue()) LogLost(e.Message);
        }
    }

    private double TakeMissed()
    {
        lock (counting)
        {
            var taken = missed;
            missed = 0;
            return taken;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Events of visitors are lost, because Redis does not answer: {Reason}")]
    private partial void LogLost(string reason);
}
