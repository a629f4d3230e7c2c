using System.Globalization;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Settings;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Logging;

/// <summary>The arguments of <c>log-level</c>.</summary>
public sealed class LogLevelInput : NetCoreInput
{
    [Description("The logger, or the beginning of its name up to a dot, such as Wolverine; Default for all that are not named")]
    public string Category { get; set; } = "";

    [Description("Trace, Debug, Information, Warning, Error, Critical, None; or Configured for the configured level")]
    public string Level { get; set; } = "";

    [Description("How long it applies, in minutes, from 1 to 1440; 15 by default")]
    public string MinutesFlag { get; set; } = "";
}

[Description("Set the level of a logger for a while, in all processes of the shop, without a restart", Name = "log-level")]
public sealed class LogLevelCommand : JasperFxAsyncCommand<LogLevelInput>
{
    /// <summary>The longest time that a level applies.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private const string Configured = "Configured";
    private const int MinutesByDefault = 15;

    public LogLevelCommand()
    {
        Usage("Show the levels that operators have set").NoArguments();
        Usage("Set the level of a logger").Arguments(x => x.Category, x => x.Level);
    }

    public override async Task<bool> Execute(LogLevelInput input)
    {
        using var host = input.BuildHost();
        var redis = host.Services.GetRequiredService<RedisConnections>().Cache;
        var now = host.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (input.Category.Length > 0) await Wanted(input, now).WriteAsync(redis);
        var levels = await TimedLogLevel.ReadAsync(redis, now);
        foreach (var level in levels) Console.WriteLine($"{level.Category} {level.Level} until {level.Until:u}");
        if (levels.Count == 0) Console.WriteLine("Every logger has its configured level.");
        // Not refused: a few libraries choose other names, such as Npgsql.Command.
        foreach (var level in levels.Where(x => !IsDefault(x.Category) && !LoggerNames.HaveClass(x.Category)))
            Console.WriteLine($"No class has a name that begins with {level.Category}: check the spelling if its level has no effect.");
        return true;
    }

    private static bool IsDefault(string category) => category.Equals("Default", StringComparison.OrdinalIgnoreCase);

    private static TimedLogLevel Wanted(LogLevelInput input, DateTimeOffset now)
    {
        if (!TimedLogLevel.IsCategory(input.Category))
        {
            throw new StartupException(
                $"'{input.Category}' is not the name of a logger: write a name such as Wolverine or Aarya.Infrastructure.");
        }

        if (input.Level == Configured) return new(input.Category, LogLevel.None, now);
        // Enum.TryParse would take a number, too.
        if (Enum.GetNames<LogLevel>().FirstOrDefault(x => x.Equals(input.Level, StringComparison.OrdinalIgnoreCase)) is not { } level)
        {
            throw new StartupException(
                $"'{input.Level}' is not a level: write {string.Join(", ", Enum.GetNames<LogLevel>())}, or {Configured}.");
        }

        return new(input.Category, Enum.Parse<LogLevel>(level), now + Minutes(input.MinutesFlag));
    }

    private static TimeSpan Minutes(string text)
    {
        if (text.Length == 0) return TimeSpan.FromMinutes(MinutesByDefault);
        return int.TryParse(text, CultureInfo.InvariantCulture, out var minutes) && minutes >= 1 && minutes <= Longest.TotalMinutes
            ? TimeSpan.FromMinutes(minutes)
            : throw new StartupException($"--minutes is '{text}': it must be a whole number from 1 to {Longest.TotalMinutes:0}.");
    }
}
