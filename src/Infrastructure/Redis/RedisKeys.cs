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

    /// <summary>The cart of a shopper, guest or customer.</summary>
    public static RedisKey Cart(string subject) => $"cart:{Bucket}:{subject}";

    /// <summary>The latest keyed changes of a cart; in the cart's bucket, so that one script can set both.</summary>
    public static RedisKey CartChanges(string subject) => $"idem:{Bucket}:{subject}:changes";

    /// <summary>Marks that the lines of an order have left the cart.</summary>
    public static RedisKey TakenOrder(string order) => $"idem:{Bucket}:order:{order}";

    public static RedisKey Stream(string name) => $"stream:{Bucket}:{name}";

    public static RedisKey Session(string id) => $"session:{Bucket}:{id}";

    /// <summary>The ids of the sessions of one owner.</summary>
    public static RedisKey SessionsOf(string owner) => $"session:{Bucket}:of:{owner}";

    /// <summary>A login that lacks its second factor.</summary>
    public static RedisKey Challenge(string id) => $"session:{Bucket}:challenge:{id}";

    public static RedisKey Cache(string kind, string id) => $"cache:{kind}:{id}";

    public static RedisKey Lock(string name) => $"lock:{name}";

    public static RedisKey Rate(string partition) => $"rate:{Bucket}:{partition}";
}
