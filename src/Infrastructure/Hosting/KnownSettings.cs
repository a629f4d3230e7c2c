using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Edge;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Logging;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Hosting;

/// <summary>
/// The settings that have bounds. All of them are checked before anything starts, whatever roles the process has: an invalid value is
/// reported in one line at the start. A URL, a list or a secret is checked where it is read, at the start, too.
/// </summary>
public static class KnownSettings
{
    /// <summary>Every setting that is a whole number: those of the infrastructure, and those that the modules declare.</summary>
    public static IReadOnlyList<NumberSetting> Numbers(IEnumerable<Module> modules) =>
    [
        ContextAddress.DialSeconds, RequestDeadline.Seconds, RateLimits.PerSecond, EdgeSettings.MaxConcurrent, EdgeSettings.MaxQueued,
        CacheBudget.Megabytes, ContextDatabases.PoolSize, Draining.Seconds, RequestLog.Every,
        .. modules.SelectMany(x => x.RatePolicies).Select(x => x.Setting),
        RedisKeys.Buckets, .. modules.SelectMany(x => x.NumberSettings),
        .. modules.SelectMany(x => x.Streams).SelectMany(x => x.Settings),
    ];

    /// <summary>Every setting that is <c>true</c> or <c>false</c>.</summary>
    public static IReadOnlyList<string> Flags { get; } = ["AARYA_TCP", "AARYA_SOCKET_TAKEOVER", "AARYA_SOLO", "AARYA_BACKUPS_ELSEWHERE"];

    /// <summary>Checks every setting that has bounds.</summary>
    /// <exception cref="StartupException">One of them has an invalid value.</exception>
    internal static void Check(IConfiguration configuration, IHostEnvironment environment, IEnumerable<Module> modules)
    {
        foreach (var number in Numbers(modules)) _ = number.Read(configuration);
        foreach (var name in Flags) _ = configuration.Flag(name);
        _ = OperatorsListener.From(configuration);
        // A misspelt Production would run the shop with the secrets of development.
        if (!environment.IsProduction() && !environment.IsDevelopment())
            throw new StartupException($"ASPNETCORE_ENVIRONMENT is '{environment.EnvironmentName}': it must be Production or Development.");
    }
}
