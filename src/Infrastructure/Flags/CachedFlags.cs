using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Outages;
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
    private static readonly Features None = new(new Dictionary<string, FeatureDefinition>());
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsualPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(5);

    private readonly IFlagSource source;
    private readonly TimeProvider clock;
    private readonly ILogger<CachedFlags> log;
    private readonly TimeSpan patience;
    private readonly FeatureManager features;
    private readonly FreshFor<Features> cached;
    private readonly OutageLine outage = new();

    /// <param name="patience">How long a caller waits for a read before it gets the earlier values; default half a second.</param>
    public CachedFlags(IFlagSource source, TimeProvider clock, ILoggerFactory logs, TimeSpan? patience = null)
    {
        this.patience = patience ?? UsualPatience;
        this.source = source;
        this.clock = clock;
        log = logs.CreateLogger<CachedFlags>();
        cached = new(clock, Fresh, FetchAsync);
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
        foreach (var name in (await ReadAsync()).ByName.Keys) all[name] = await features.IsEnabledAsync(name, Of(caller));
        return all;
    }

    // A percentage treats all callers without a token as one.
    private static TargetingContext Of(Caller? caller) =>
        new() { UserId = caller is null ? "" : $"{caller.Subject:D}", Groups = caller?.RoleNames ?? [] };

    async Task<FeatureDefinition> IFeatureDefinitionProvider.GetFeatureDefinitionAsync(string featureName) =>
        (await ReadAsync()).ByName.GetValueOrDefault(featureName) ?? new() { Name = featureName };

    async IAsyncEnumerable<FeatureDefinition> IFeatureDefinitionProvider.GetAllFeatureDefinitionsAsync()
    {
        foreach (var feature in (await ReadAsync()).ByName.Values) yield return feature;
    }

    private async ValueTask<Features> ReadAsync() =>
        await cached.GetAsync(cached.Last is null && patience < FirstPatience ? FirstPatience : patience) ?? None;

    private async Task<Features> FetchAsync()
    {
        try
        {
            return new((await source.FetchAsync(CancellationToken.None)).ToDictionary(x => x.Name, x => x.ToFeature()));
        }
        catch (Exception e)
        {
            if (outage.IsDue()) LogNotRead(e);
            return cached.Last ?? None;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The feature flags cannot be read: they keep their values.")]
    private partial void LogNotRead(Exception e);

    private sealed record Features(IReadOnlyDictionary<string, FeatureDefinition> ByName);
}
