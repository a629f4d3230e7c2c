using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Infrastructure.Security;

/// <summary>The public keys that access tokens are signed with.</summary>
public interface IVerificationKeys
{
    /// <summary>The key of this id (RFC 7638 thumbprint), or null when none is known. Answers from memory.</summary>
    JsonWebKey? Find(string keyId);

    /// <summary>False while a key may be missing, because the keys could not be read recently.</summary>
    bool AreComplete { get; }
}

/// <summary>The source of the keys for a process that does not host <c>core</c>.</summary>
public interface IJwksSource
{
    Task<Jwks> FetchAsync(CancellationToken cancellation);
}

/// <param name="Json">A JWK set (RFC 7517).</param>
/// <param name="IsComplete">False when keys of other core processes may be missing, because they could not be read just now.</param>
public sealed record Jwks(string Json, bool IsComplete);

/// <summary>Keys fetched from <c>core</c> every second. While core does not answer, the earlier keys stay valid.</summary>
public sealed partial class FetchedVerificationKeys(IJwksSource source, TimeProvider clock, ILogger<FetchedVerificationKeys> log)
    : Worker(clock, log), IVerificationKeys
{
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(1);

    private readonly KnownKeys known = new(clock);
    private bool isAway;

    /// <inheritdoc/>
    public JsonWebKey? Find(string keyId) => known.Find(keyId);

    /// <inheritdoc/>
    public bool AreComplete => known.IsComplete;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request, if core answers.
        var first = FetchAsync(cancellationToken).WaitAsync(FirstPatience, cancellationToken);
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StartAsync(cancellationToken);
    }

    // The keys that StartAsync read must still be complete when the process takes its first request, however long the rest starts.
    protected override bool WaitsForHost => false;

    protected override TimeSpan FirstRoundAfter => KnownKeys.BetweenReadings;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await FetchAsync(stopping);
        return KnownKeys.BetweenReadings;
    }

    /// <summary>Reads the keys once.</summary>
    public async Task FetchAsync(CancellationToken cancellation)
    {
        var began = Time.GetTimestamp();
        try
        {
            var fetched = await source.FetchAsync(cancellation);
            var keys = new JsonWebKeySet(fetched.Json).Keys.ToDictionary(x => x.KeyId, StringComparer.Ordinal);
            known.Replace(keys, fetched.IsComplete ? began : null);
            isAway = false;
        }
#pragma warning disable CA1031 // Whatever the exception, the next read may succeed.
        catch (Exception e) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!isAway) LogNotFetched(Log, e.GetBaseException().Message);
            isAway = true;
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The signing keys cannot be fetched from core: the known ones stay valid, and the fetch is repeated every second. {Reason}")]
    private static partial void LogNotFetched(ILogger logger, string reason);
}
