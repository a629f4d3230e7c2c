using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Logging;

/// <summary>Applies the levels that operators set while this process runs, within two seconds.</summary>
internal sealed partial class FollowLogLevels(RedisConnections redis, LogLevels levels, TimeProvider time, ILogger<FollowLogLevels> log)
    : Worker(time, log)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    private IReadOnlyList<TimedLogLevel> applied = [];

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        var now = Time.GetUtcNow();
        try
        {
            Apply(await TimedLogLevel.ReadAsync(redis.Cache, now));
        }
        catch
        {
            // A level also ends on time when Redis does not answer.
            Apply([.. applied.Where(x => x.Until > now)]);
            throw;
        }

        return Pace;
    }

    private void Apply(IReadOnlyList<TimedLogLevel> wanted)
    {
        if (wanted.SequenceEqual(applied)) return;
        // One of the two levels may mute this line.
        var isHeard = Log.IsEnabled(LogLevel.Warning);
        if (isHeard) Tell(wanted);
        levels.Apply(wanted);
        applied = wanted;
        if (!isHeard) Tell(wanted);
    }

    private void Tell(IReadOnlyList<TimedLogLevel> wanted) =>
        Changed(wanted.Count == 0 ? "none" : string.Join(", ", wanted.Select(x => $"{x.Category} {x.Level} until {x.Until:u}")));

    [LoggerMessage(LogLevel.Warning, "Log levels that operators have set: {Levels}.")]
    private partial void Changed(string levels);
}
