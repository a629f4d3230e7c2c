using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// The namespaces, by the pattern of docs/architecture.md. Keys that one script changes together carry the same hash tag,
/// so that a Redis Cluster is a setting: one bucket (<c>{0}</c>) by default.
/// </summary>
public static class RedisKeys
{
    private const string Bucket = "{0}";

    /// <summary>The cart of a shopper, guest or customer.</summary>
    public static RedisKey Cart(string subject) => $"cart:{Bucket}:{subject}";

    /// <summary>What a keyed change of a cart answered; beside the cart so that one script can set both.</summary>
    public static RedisKey CartIdempotency(string subject, string key) => $"idem:{Bucket}:{subject}:{key}";

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
