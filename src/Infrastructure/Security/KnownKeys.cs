using Microsoft.IdentityModel.Tokens;

namespace Aarya.Infrastructure.Security;

/// <summary>
/// The public keys that this process has read; it reads them again every second, with or without requests. A request never waits for a
/// read: what an unauthenticated client sends must cost nothing. No token needs to wait either, because a process signs with a new
/// key only when it has published the key for <see cref="PublishedBefore"/>.
/// </summary>
public sealed class KnownKeys(TimeProvider clock)
{
    public static readonly TimeSpan BetweenReadings = TimeSpan.FromSeconds(1);

    // Five readings: a node that misses a few of them because it is busy still knows which keys exist.
    private static readonly TimeSpan CompleteFor = 5 * BetweenReadings;

    /// <summary>
    /// How long a new key is published before it signs. A node reads from core, and core from the database; each may rely on a reading
    /// for <see cref="CompleteFor"/>, so every reading that counts as complete contains the key by then.
    /// </summary>
    public static readonly TimeSpan PublishedBefore = (2 * CompleteFor) + BetweenReadings;

    private volatile Reading last = new(new Dictionary<string, JsonWebKey>(StringComparer.Ordinal), null);

    private sealed record Reading(IReadOnlyDictionary<string, JsonWebKey> Keys, long? CompleteAt);

    public IEnumerable<JsonWebKey> All => last.Keys.Values;

    /// <summary>True when every key that signs at this moment is among the known ones.</summary>
    public bool IsComplete => last.CompleteAt is { } at && clock.GetElapsedTime(at) <= CompleteFor;

    /// <summary>The key of this id (RFC 7638 thumbprint), or null when none is known.</summary>
    public JsonWebKey? Find(string keyId) => last.Keys.GetValueOrDefault(keyId);

    /// <summary>Replaces the known keys with those that were read.</summary>
    /// <param name="keys">All keys, by their id.</param>
    /// <param name="began">The clock's timestamp from before the reading; null when a key may be missing.</param>
    public void Replace(IReadOnlyDictionary<string, JsonWebKey> keys, long? began) => last = new(keys, began);
}
