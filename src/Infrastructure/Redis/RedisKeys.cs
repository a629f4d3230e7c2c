using System.Globalization;
using System.Text;
using Aarya.Infrastructure.Settings;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// The names of the keys in Redis (docs/decisions/0036-keys-are-in-buckets.md). A key's hash tag is its bucket: <c>cart:{3}:...</c>. Keys
/// that one script changes together are in the same bucket. A Redis Cluster spreads the buckets over its nodes, by the tag
/// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).
/// </summary>
/// <param name="buckets">How many buckets there are.</param>
public sealed class RedisKeys(int buckets)
{
    /// <summary>
    /// The number of buckets: 1, unless <c>AARYA_REDIS_BUCKETS</c> is set for a Redis Cluster. It is part of the names of the keys, so it
    /// changes only with <c>move-keys</c>.
    /// </summary>
    public static readonly NumberSetting Buckets = new("AARYA_REDIS_BUCKETS", 1, 1, 64);

    /// <summary>Has the number of buckets that the keys were written with. It is always in the bucket 0.</summary>
    internal static readonly RedisKey BucketsKey = "idem:{0}:buckets";

    /// <summary>The value of <see cref="BucketsKey"/> while the keys move to other buckets.</summary>
    internal const int Moving = 0;

    // ~session:* and the like.
    private static readonly string[] Namespaces = [.. RedisRights.Rules.Where(x => x[0] == '~').Select(x => x[1..^1])];

    /// <summary>The keys of a shop with one bucket, which is the default.</summary>
    public static RedisKeys OfOneBucket { get; } = new(1);

    /// <summary>How many buckets there are.</summary>
    public int BucketCount => buckets;

    /// <summary>Whether the key is one of the shop's.</summary>
    public static bool IsOwn(RedisKey key) => Namespaces.Any(x => $"{key}".StartsWith(x, StringComparison.Ordinal));

    /// <summary>Whether the value contains keys that clients sent, and nothing that the shop has sealed.</summary>
    public static bool IsOfClients(RedisKey key) => $"{key}".StartsWith("idem:", StringComparison.Ordinal);

    /// <summary>A key in the bucket of its owner: one script can change all keys of one owner.</summary>
    /// <param name="kind">The namespace: cart, idem, ...</param>
    /// <param name="owner">What the key belongs to, such as a shopper.</param>
    /// <param name="id">The rest of the key; the owner itself if there is none.</param>
    public RedisKey Of(string kind, string owner, string? id = null) => Key(kind, BucketOf(owner), id ?? owner);

    /// <summary>A stream that is not divided.</summary>
    public RedisKey Stream(string name) => Key("stream", BucketOf(name), name);

    /// <summary>The part of a divided stream in one bucket.</summary>
    public static RedisKey StreamPart(string name, int bucket) => Key("stream", bucket, name);

    /// <summary>The part of a divided stream that one script can change together with the keys of this owner.</summary>
    public RedisKey StreamPartOf(string name, string owner) => StreamPart(name, BucketOf(owner));

    /// <summary>A session and what belongs to it.</summary>
    /// <param name="id">The session's id.</param>
    /// <param name="prefix">What distinguishes the key from the session's own.</param>
    public RedisKey Session(string id, string prefix = "") => Of("session", id, prefix + id);

    /// <summary>The ids of the sessions of one owner, which may be in other buckets.</summary>
    public RedisKey SessionsOf(string owner) => Of("session", owner, $"of:{owner}");

    public static RedisKey Cache(string kind, string id) => $"cache:{kind}:{id}";

    /// <summary>What is counted of a client, or of an account.</summary>
    public RedisKey Rate(string client, string partition) => Of("rate", client, partition);

    /// <summary>The bucket of an owner, from 0 on.</summary>
    public int BucketOf(string owner)
    {
        if (buckets == 1) return 0;
        // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): it must be the same in every process and every release.
        var hash = 2_166_136_261;
        foreach (var unit in Encoding.UTF8.GetBytes(owner)) hash = (hash ^ unit) * 16_777_619;
        return (int)(hash % (uint)buckets);
    }

    internal static RedisKey Key(string kind, int bucket, string id) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}:{{{bucket}}}:{id}");
}
