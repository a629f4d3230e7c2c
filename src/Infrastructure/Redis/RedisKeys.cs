using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// The namespaces, by the pattern of docs/architecture.md. Keys that one script changes together have the same hash tag, so
/// that a Redis Cluster needs no other change: one bucket (<c>{0}</c>) by default.
/// </summary>
public static class RedisKeys
{
    private const string Bucket = "{0}";

    // ~session:* and the like.
    private static readonly string[] Namespaces = [.. RedisRights.Rules.Where(x => x[0] == '~').Select(x => x[1..^1])];

    /// <summary>Whether the key is one of the shop's.</summary>
    public static bool IsOwn(RedisKey key) => Namespaces.Any(x => $"{key}".StartsWith(x, StringComparison.Ordinal));

    /// <summary>Whether the value contains keys that clients sent, and nothing that the shop has sealed.</summary>
    public static bool IsOfClients(RedisKey key) => $"{key}".StartsWith("idem:", StringComparison.Ordinal);

    /// <summary>A key in the bucket that one script can change with all others in it.</summary>
    /// <param name="kind">The namespace: cart, idem, ...</param>
    public static RedisKey InBucket(string kind, string id) => $"{kind}:{Bucket}:{id}";

    public static RedisKey Stream(string name) => $"stream:{Bucket}:{name}";

    public static RedisKey Session(string id) => $"session:{Bucket}:{id}";

    /// <summary>The ids of the sessions of one owner.</summary>
    public static RedisKey SessionsOf(string owner) => $"session:{Bucket}:of:{owner}";

    public static RedisKey Cache(string kind, string id) => $"cache:{kind}:{id}";

    public static RedisKey Rate(string partition) => $"rate:{Bucket}:{partition}";
}
