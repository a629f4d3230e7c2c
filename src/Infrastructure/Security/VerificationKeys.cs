using Aarya.Infrastructure.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Infrastructure.Security;

/// <summary>The public keys that access tokens are signed with.</summary>
public interface IVerificationKeys
{
    /// <summary>The key of this id (RFC 7638 thumbprint), or null when there is no such key.</summary>
    /// <exception cref="UnavailableException">It cannot be told at this moment whether there is.</exception>
    ValueTask<JsonWebKey?> FindAsync(string keyId, CancellationToken cancellation);
}

/// <summary>Where a process that does not host <c>core</c> gets the keys from.</summary>
public interface IJwksSource
{
    Task<Jwks> FetchAsync(CancellationToken cancellation);
}

/// <param name="Json">A JWK set (RFC 7517).</param>
/// <param name="IsComplete">False when a key of another process of core may be missing, because they could not be read just now.</param>
public sealed record Jwks(string Json, bool IsComplete);

/// <summary>
/// Keys fetched from <c>core</c>: once, again for an unknown key id, and every 10 minutes, so that a withdrawn key stops working.
/// </summary>
public sealed partial class FetchedVerificationKeys : IVerificationKeys, IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    private readonly IJwksSource source;
    private readonly TimeProvider clock;
    private readonly ILogger<FetchedVerificationKeys> log;
    private readonly Rereading fetching;
    private volatile Snapshot? current;

    public FetchedVerificationKeys(IJwksSource source, TimeProvider clock, ILogger<FetchedVerificationKeys> log)
    {
        (this.source, this.clock, this.log) = (source, clock, log);
        fetching = new(clock, FetchAsync);
    }

    /// <inheritdoc/>
    public async ValueTask<JsonWebKey?> FindAsync(string keyId, CancellationToken cancellation)
    {
        var known = current;
        if (known is not null && known.Keys.TryGetValue(keyId, out var key)
            && (clock.GetElapsedTime(known.FetchedAt) < FreshFor || clock.GetElapsedTime(known.TriedAt) < BetweenTries)) return key;
        var isComplete = await fetching.ReadAsync(cancellation);
        if (current is { } now && now.Keys.TryGetValue(keyId, out key)) return key;
        return isComplete ? null : throw new UnavailableException("The keys that access tokens are checked with cannot be read at this moment.", TimeSpan.FromSeconds(1));
    }

    private async Task<bool> FetchAsync(CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        try
        {
            var fetched = await source.FetchAsync(cancellation);
            current = new(new JsonWebKeySet(fetched.Json).Keys.ToDictionary(x => x.KeyId), began, began);
            return fetched.IsComplete;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogNotFetched(e);
            // The keys of before are good until core answers again.
            if (current is { } before) current = before with { TriedAt = began };
            return false;
        }
    }

    public void Dispose() => fetching.Dispose();

    [LoggerMessage(LogLevel.Warning, "The signing keys cannot be fetched from core.")]
    private partial void LogNotFetched(Exception e);

    private sealed record Snapshot(IReadOnlyDictionary<string, JsonWebKey> Keys, long FetchedAt, long TriedAt);
}
