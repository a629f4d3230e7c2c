using System.Globalization;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Logging;

/// <summary>A level that an operator has set for a while.</summary>
/// <param name="Category">The logger, or the beginning of its name up to a dot; <c>Default</c> for all that are not named.</param>
/// <param name="Level">The lowest level that it writes.</param>
/// <param name="Until">When the configured level applies again.</param>
internal sealed partial record TimedLogLevel(string Category, LogLevel Level, DateTimeOffset Until)
{
    // Redis may evict it: then the configured levels apply.
    private static readonly RedisKey Key = RedisKeys.Key("metrics", 0, "log-levels");

    public static bool IsCategory(string text) => Logger().IsMatch(text);

    /// <summary>Those of all processes that have not ended.</summary>
    public static async Task<IReadOnlyList<TimedLogLevel>> ReadAsync(RedisDatabase redis, DateTimeOffset now) =>
    [
        .. (await redis.HashGetAllAsync(Key)).Select(Parse).OfType<TimedLogLevel>().Where(x => x.Until > now)
            .OrderBy(x => x.Category, StringComparer.Ordinal),
    ];

    /// <summary>Sets it for all processes.</summary>
    public async Task WriteAsync(RedisDatabase redis)
    {
        var value = string.Create(CultureInfo.InvariantCulture, $"{Level} {Until.ToUnixTimeMilliseconds()} {Category}");
        // The configuration ignores upper and lower case in names.
        await redis.HashSetAsync(Key, Category.ToLowerInvariant(), value);
        // An entry that has ended is not read, so the longest lifetime of any entry is enough.
        await redis.KeyExpireAsync(Key, LogLevelCommand.Longest);
    }

    private static TimedLogLevel? Parse(HashEntry entry) => entry.Value.ToString().Split(' ') is [var level, var until, var category]
        && Enum.TryParse<LogLevel>(level, out var parsed)
        && long.TryParse(until, CultureInfo.InvariantCulture, out var milliseconds)
            ? new(category, parsed, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds))
            : null;

    [GeneratedRegex(@"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$")]
    private static partial Regex Logger();
}

/// <summary>The levels that replace the configured ones in this process.</summary>
internal sealed class LogLevels : ConfigurationProvider
{
    public void Apply(IEnumerable<TimedLogLevel> levels)
    {
        Data = levels.ToDictionary(x => $"Logging:LogLevel:{x.Category}", x => (string?)$"{x.Level}", StringComparer.OrdinalIgnoreCase);
        OnReload();
    }
}

/// <summary>Adds <see cref="LogLevels"/> to the configuration.</summary>
internal sealed class LogLevelSource : IConfigurationSource
{
    public LogLevels Levels { get; set; } = new();

    public IConfigurationProvider Build(IConfigurationBuilder builder) => Levels;
}
