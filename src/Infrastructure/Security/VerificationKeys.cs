using Aarya.Infrastructure.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Infrastructure.Security;

/// <summary>The public keys that access tokens are signed with.</summary>
public interface IVerificationKeys
{
    /// <summary>The key of this id (RFC 7638 thumbprint), or null when there is no such key.</summary>
    ValueTask<JsonWebKey?> FindAsync(string keyId, CancellationToken cancellation);
}

/// <summary>Where a process that does not host <c>core</c> gets the keys from.</summary>
public interface IJwksSource
{
    /// <summary>A JWK set (RFC 7517) as JSON.</summary>
    Task<string> FetchAsync(CancellationToken cancellation);
}

/// <summary>
/// Keys fetched from <c>core</c>: once, again for an unknown key id, and every 10 minutes, so that a withdrawn key stops working. Made-up
/// ids cost one fetch a second at most, and whoever comes with an unknown one in between waits for the next: it may be of a key that
/// core has just begun to sign with.
/// </summary>
public sealed partial class FetchedVerificationKeys(IJwksSource source, TimeProvider clock, ILogger<FetchedVerificationKeys> log) : IVerificationKeys, IDisposable
{
    private static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim fetching = new(1, 1);
    private volatile Snapshot? current;

    /// <inheritdoc/>
    /// <exception cref="UnavailableException">No key was ever fetched and core does not answer.</exception>
    public async ValueTask<JsonWebKey?> FindAsync(string keyId, CancellationToken cancellation)
    {
        var known = current;
        if (known is not null && known.Keys.TryGetValue(keyId, out var key)
            && (clock.GetElapsedTime(known.FetchedAt) < FreshFor || clock.GetElapsedTime(known.TriedAt) < BetweenTries)) return key;
        return (await FetchAsync(clock.GetTimestamp(), cancellation)).Keys.GetValueOrDefault(keyId);
    }

    // What was fetched no earlier than it was asked for.
    private async Task<Snapshot> FetchAsync(long asked, CancellationToken cancellation)
    {
        await fetching.WaitAsync(cancellation);
        try
        {
            var seen = current;
            if (seen?.TriedAt >= asked) return seen;
            if (seen is not null && BetweenFetches - clock.GetElapsedTime(seen.TriedAt) is var wait && wait > TimeSpan.Zero) await Task.Delay(wait, clock, cancellation);
            var began = clock.GetTimestamp();
            try
            {
                var keys = new JsonWebKeySet(await source.FetchAsync(cancellation)).Keys.ToDictionary(x => x.KeyId);
                return current = new(keys, began, began);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
            {
                LogNotFetched(e);
                // The keys of before are good until core answers again; without any, no token can be judged.
                if (seen is null) throw new UnavailableException("The keys that access tokens are checked with are not there yet.", BetweenTries, e);
                return current = seen with { TriedAt = began };
            }
        }
        finally
        {
            fetching.Release();
        }
    }

    public void Dispose() => fetching.Dispose();

    [LoggerMessage(LogLevel.Warning, "The signing keys cannot be fetched from core.")]
    private partial void LogNotFetched(Exception e);

    private sealed record Snapshot(IReadOnlyDictionary<string, JsonWebKey> Keys, long FetchedAt, long TriedAt);
}
