using System.Globalization;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Privacy.Erasure;

/// <summary>Removes entries about a person from the streams.</summary>
public sealed class StreamErasure(RedisConnections redis, PersonalStreams personal, StreamHistory history, StreamPolicies policies)
{
    private const int PageSize = 500;

    // A sender checks whether its entries are still there, and adds missing ones again (see RedisStreamSender).
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Removes every entry that contains one of these ids and sealed values, once all groups have acknowledged it.
    /// </summary>
    /// <param name="since">Older entries do not contain them.</param>
    /// <returns>How many entries are left: those that contain the ids and must still be handled, sealed or not, and sealed ones that were
    /// added only just now.</returns>
    public async Task<int> EraseAsync(IReadOnlyCollection<Guid> about, DateTimeOffset since)
    {
        string[] ids = [.. about.Select(x => $"{x:D}")];
        var left = 0;
        var first = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, since.ToUnixTimeMilliseconds())}-0");
        foreach (var name in personal.Names)
        {
            var stream = redis.Keys.Stream(name);
            if (!await redis.State.KeyExistsAsync(stream)) continue;
            var now = await StreamGroup.NowAsync(redis.State, stream);
            var newest = string.Create(CultureInfo.InvariantCulture, $"{(now - Settled).ToUnixTimeMilliseconds()}-0");
            // What is to be archived stays until it is, even if no compactor has worked yet.
            if (policies.All.Any(x => x.Name == name && x.IsArchived)) await history.PrepareArchiveAsync(name);
            var (from, unhandled) = ((RedisValue)first, await StreamProgress.FirstUnhandledAsync(redis.State, stream));
            var isRead = unhandled != "-";
            while (await redis.State.StreamRangeAsync(stream, from, count: PageSize) is { Length: > 0 } page)
            {
                foreach (var entry in page)
                {
                    var text = string.Join(' ', entry.Values.Select(x => x.Value));
                    if (!ids.Any(x => text.Contains(x, StringComparison.OrdinalIgnoreCase))) continue;
                    var isSealed = text.Contains("sealed:", StringComparison.Ordinal);
                    var isHandled = !isRead || StreamProgress.IsBefore(entry.Id, unhandled);
                    if (!isHandled || (isSealed && !StreamProgress.IsBefore(entry.Id, newest))) left++;
                    else if (isSealed) await redis.State.StreamDeleteAsync(stream, [entry.Id]);
                }

                from = $"({page[^1].Id}";
            }
        }

        return left;
    }
}
