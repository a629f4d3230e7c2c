using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Aarya.Infrastructure.Logging;

/// <summary>
/// How a process writes its log: a line of JSON per event in production, readable text in development, or as <c>AARYA_LOG_FORMAT</c> says
/// (<c>json</c> or <c>text</c>). Its levels can be changed while it runs (<see cref="LogLevelCommand"/>).
/// </summary>
internal static class LogSetup
{
    private const string Format = "AARYA_LOG_FORMAT";

    // Below these levels they write paths, queries and headers as clients sent them, with tokens and the codes of links.
    private static readonly (string Category, LogLevel Lowest)[] Floors =
    [
        ("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning), ("Yarp.ReverseProxy.Forwarder", LogLevel.Warning),
        ("Microsoft.AspNetCore.Routing", LogLevel.Information), ("Microsoft.AspNetCore.Cors", LogLevel.Warning),
        ("Microsoft.AspNetCore.StaticFiles", LogLevel.Warning),
    ];

    /// <exception cref="StartupException">The format is neither json nor text.</exception>
    public static void AddLogs(this WebApplicationBuilder builder, ActiveRoles roles)
    {
        var levels = new LogLevels();
        // The last source: it replaces the levels of appsettings.json and of the environment.
        builder.Configuration.Add<LogLevelSource>(x => x.Levels = levels);
        builder.Services.AddSingleton(levels);
        builder.Services.AddHostedService<FollowLogLevels>();
        builder.Services.AddSingleton<RequestLog>();
        // After the configuration, so that no level of it, and none of an operator, applies below these.
        builder.Services.PostConfigure<LoggerFilterOptions>(x =>
        {
            foreach (var (category, lowest) in Floors)
            {
                // As the logging itself chooses: the longest name, and of equal ones the last.
                var configured = x.Rules.Where(y => y is { ProviderName: null, LogLevel: not null } && IsOf(y.CategoryName, category))
                    .OrderBy(y => y.CategoryName?.Length ?? 0).LastOrDefault();
                var level = configured?.LogLevel ?? x.MinLevel;
                x.Rules.Add(new LoggerFilterRule(null, category, level > lowest ? level : lowest, null));
            }
        });
        if (IsJson(builder.Configuration, builder.Environment)) AddJson(builder, roles);
        LimitConsole(builder.Services);
    }

    private static void AddJson(WebApplicationBuilder builder, ActiveRoles roles)
    {
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton(new LogOrigin(roles.ServiceName, NodeName.From(builder.Configuration)));
        builder.Services.AddSingleton<ConsoleFormatter, JsonLines>();
        builder.Logging.AddConsole(x => x.FormatterName = JsonLines.FormatName);
    }

    // In the place of the console's own provider, whatever it writes.
    private static void LimitConsole(IServiceCollection services)
    {
        var console = services.SingleOrDefault(x => x.ServiceType == typeof(ILoggerProvider)
            && x.ImplementationType == typeof(ConsoleLoggerProvider));
        if (console is null) return;
        services.Remove(console);
        services.AddSingleton<ConsoleLoggerProvider>();
        services.AddSingleton<ILoggerProvider, ConsoleLog>();
    }

    private static bool IsOf(string? rule, string category) => rule is null || category.Equals(rule, StringComparison.OrdinalIgnoreCase)
        || category.StartsWith($"{rule}.", StringComparison.OrdinalIgnoreCase);

    private static bool IsJson(IConfiguration configuration, IHostEnvironment environment) => configuration.Find(Format) switch
    {
        null => environment.IsProduction(),
        "json" => true,
        "text" => false,
        var other => throw new StartupException($"{Format} is '{other}': it must be json or text."),
    };
}

/// <summary>The process that writes a log.</summary>
/// <param name="Service">Its roles.</param>
/// <param name="Node">The name of its node.</param>
internal sealed record LogOrigin(string Service, string Node);
