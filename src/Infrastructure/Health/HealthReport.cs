using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Contexts;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Health;

/// <summary>How one part answered.</summary>
/// <param name="Name">Which part.</param>
/// <param name="Status"><c>up</c> or <c>down</c>.</param>
/// <param name="LatencyMs">How long the part took to answer, or to fail.</param>
public sealed record PartHealth(string Name, string Status, double LatencyMs)
{
    [JsonIgnore]
    public bool IsUp => Status == "up";
}

/// <summary>How every part answered, and the resulting status.</summary>
public sealed record Health(string Status, string Role, IReadOnlyList<PartHealth> Parts, bool IsReady)
{
    /// <summary>The status of a process that is about to stop.</summary>
    public const string Draining = "draining";

    public bool IsUp => Status == "up";
}

/// <summary>Checks every part, at most once per second, however many probes there are.</summary>
public sealed partial class HealthReport
{
    /// <summary>How long a result is reused.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>How long a part may take to answer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly string TooLate = $"no answer within {Patience.TotalSeconds:0} s";

    private readonly List<HealthPart> parts;
    private readonly ActiveRoles roles;
    private readonly TimeProvider time;
    private readonly ILogger<HealthReport> logger;
    private readonly FreshFor<Health> health;
    private readonly ConcurrentDictionary<string, byte> away = new(StringComparer.Ordinal);

    public HealthReport(IEnumerable<HealthPart> parts, ActiveRoles roles, TimeProvider time, ILogger<HealthReport> logger)
    {
        this.parts = [.. parts];
        (this.roles, this.time, this.logger) = (roles, time, logger);
        health = new(time, Fresh, AskAllAsync);
    }

    public ValueTask<Health> GetAsync() => health.GetAsync();

    private async Task<Health> AskAllAsync()
    {
        var answers = await Task.WhenAll(parts.Select(AskAsync));
        var down = answers.Where(x => !x.IsUp).Select(x => x.Name).ToHashSet();
        var ready = !parts.Any(x => x.IsVital && down.Contains(x.Name)) && !AllContextsAreAway(down);
        return new(down.Count == 0 ? "up" : ready ? "degraded" : "down", roles.ServiceName, answers, ready);
    }

    // An edge without a single context behind it has nothing to serve.
    private bool AllContextsAreAway(HashSet<string> down) => parts.OfType<ContextPart>().ToList() is { Count: > 0 } contexts
        && contexts.Count == parts.Count(x => x is ContextPart or PostgresPart) && contexts.All(x => down.Contains(x.Name));

    private async Task<PartHealth> AskAsync(HealthPart part)
    {
        var began = time.GetTimestamp();
        using var timeout = new CancellationTokenSource(Patience, time);
        var up = true;
        try
        {
            await part.AskAsync(timeout.Token).WaitAsync(timeout.Token);
        }
#pragma warning disable CA1031 // Whatever the exception, the part does not answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Once per outage, however often someone asks.
            if (away.TryAdd(part.Name, default)) Down(logger, part.Name, e is OperationCanceledException ? TooLate : e.Message);
            up = false;
        }

        if (up && away.TryRemove(part.Name, out _)) Back(logger, part.Name);

        return new(part.Name, up ? "up" : "down", Math.Round(time.GetElapsedTime(began).TotalMilliseconds, 2));
    }

    [LoggerMessage(LogLevel.Warning, "{Part} does not answer: {Reason}")]
    private static partial void Down(ILogger logger, string part, string reason);

    [LoggerMessage(LogLevel.Information, "{Part} answers again.")]
    private static partial void Back(ILogger logger, string part);
}
