using System.Globalization;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Messaging.Streams.Entries;

/// <summary>How far the groups of a stream have read.</summary>
internal static class StreamProgress
{
    /// <summary>
    /// The first entry that some group has not acknowledged, as the start of a range; <c>-</c> when no group reads the stream.
    /// </summary>
    public static async Task<string> FirstUnhandledAsync(RedisDatabase redis, RedisKey stream)
    {
        List<(ulong Ms, ulong Sequence, string From)> groups = [];
        foreach (var group in await redis.StreamGroupInfoAsync(stream))
        {
            // Entries that were delivered and not acknowledged come before those that were not delivered.
            var pending = group.PendingMessageCount > 0
                ? (string?)(await redis.StreamPendingAsync(stream, group.Name)).LowestPendingMessageId
                : null;
            var (ms, sequence) = Parts(pending ?? group.LastDeliveredId ?? "0-0");
            groups.Add((ms, sequence, pending ?? $"({ms}-{sequence}"));
        }

        return groups.Count == 0 ? "-" : groups.Min().From;
    }

    /// <summary>True when the entry comes before the start of that range.</summary>
    public static bool IsBefore(RedisValue entry, string from)
    {
        var bound = Parts(from.TrimStart('('));
        var own = Parts(entry.ToString());
        return from[0] == '(' ? own.CompareTo(bound) <= 0 : own.CompareTo(bound) < 0;
    }

    private static (ulong Ms, ulong Sequence) Parts(string id)
    {
        if (id == "-") return (0, 0);
        var parts = id.Split('-');
        return (ulong.Parse(parts[0], CultureInfo.InvariantCulture), ulong.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
