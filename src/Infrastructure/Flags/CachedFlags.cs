using Aarya.Infrastructure.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.FeatureFilters;

namespace Aarya.Infrastructure.Flags;

/// <summary>
/// The flags as they were at most a second ago. A caller that finds them older starts one read for all concurrent callers; a caller waits
/// for it at most half a second, or five seconds the first time, when there are no earlier values.
/// </summary>
public sealed partial class CachedFlags : IFlags, IFeatureDefinitionProvider
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsualPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromSeconds(10);

    private readonly IFlagSource source;
    private readonly TimeProvider clock;
    private readonly ILogger<CachedFlags> log;
    private readonly TimeSpan patience;
    private readonly FeatureManager features;
    private readonly Lock gate = new();
    private volatile Reading last = new(new Dictionary<string, FeatureDefinition>(), null);
    private Task? reading;
    private long readingSince;
    private long? warnedAt;

    /// <param name="patience">How long a caller waits for a read before it gets the earlier values; default half a second.</param>
    public CachedFlags(IFlagSource source, TimeProvider clock, ILoggerFactory logs, TimeSpan? patience = null)
    {
        this.patience = patience ?? UsualPatience;
        this.source = source;
        this.clock = clock;
        log = logs.CreateLogger<CachedFlags>();
        features = new(this, new())
        {
            FeatureFilters = [new ContextualTargetingFilter(Options.Create(new TargetingEvaluationOptions()), logs),
                new TimeWindowFilter(logs)],
        };
    }

    public ValueTask<bool> IsOnAsync(string name, Caller? caller, CancellationToken cancellation) =>
        new(features.IsEnabledAsync(name, Of(caller)));

    public async ValueTask<IReadOnlyDictionary<string, bool>> AllAsync(Caller? caller, CancellationToken cancellation)
    {
        SortedDictionary<string, bool> all = new(StringComparer.Ordinal);
        foreach (var name in (await ReadAsync()).Features.Keys) all[name] = await features.IsEnabledAsync(name, Of(caller));
        return all;
    }

    // A percentage treats all callers without a token as one.
    private static TargetingContext Of(Caller? caller) =>
        new() { UserId = caller is null ? "" : $"{caller.Subject:D}", Groups = caller?.RoleNames ?? [] };

    async Task<FeatureDefinition> IFeatureDefinitionProvider.GetFeatureDefinitionAsync(string featureName) =>
        (await ReadAsync()).Features.GetValueOrDefault(featureName) ?? new() { Name = featureName };

    async IAsyncEnumerable<FeatureDefinition> IFeatureDefinitionProvider.GetAllFeatureDefinitionsAsync()
    {
        foreach (var feature in (await ReadAsync()).Features.Values) yield return feature;
    }

    private async ValueTask<Reading> ReadAsync()
    {
        if (IsFresh(last)) return last;
        Task pending;
        lock (gate)
        {
            if (IsFresh(last)) return last;
            if (reading is null)
            {
                readingSince = clock.GetTimestamp();
                // Not tied to the first caller: the others need the result too.
                reading = Task.Run(ReadAnewAsync);
            }
            else if (clock.GetElapsedTime(readingSince) > patience && last.At is not null)
            {
                return last;
            }

            pending = reading;
        }

        try
        {
            await pending.WaitAsync(last.At is null && patience < FirstPatience ? FirstPatience : patience);
        }
        catch (TimeoutException)
        {
            // The earlier values are the answer until the new ones arrive.
        }

        return last;
    }

    private bool IsFresh(Reading known) => known.At is { } at && clock.GetElapsedTime(at) < FreshFor;

    private async Task ReadAnewAsync()
    {
        var asked = clock.GetTimestamp();
        try
        {
            var read = await source.FetchAsync(CancellationToken.None);
            last = new(read.ToDictionary(x => x.Name, x => x.ToFeature()), asked);
        }
        catch (Exception e)
        {
            last = last with { At = asked };
            if (warnedAt is not { } before || clock.GetElapsedTime(before) > BetweenWarnings)
            {
                warnedAt = clock.GetTimestamp();
                LogNotRead(e);
            }
        }
        finally
        {
            lock (gate) reading = null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The feature flags cannot be read: they keep their values.")]
    private partial void LogNotRead(Exception e);

    private sealed record Reading(IReadOnlyDictionary<string, FeatureDefinition> Features, long? At);
}
