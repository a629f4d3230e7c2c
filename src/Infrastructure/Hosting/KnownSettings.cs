using System.Globalization;
using Aarya.Infrastructure.Gateway;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Hosting;

/// <summary>A setting that is a whole number.</summary>
/// <param name="Name">The environment variable.</param>
/// <param name="Default">Its value when it is not set.</param>
/// <param name="Least">The smallest value that works.</param>
/// <param name="Most">The largest value that works.</param>
public sealed record NumberSetting(string Name, int Default, int Least, int Most)
{
    /// <exception cref="StartupException">The setting is not a whole number within the bounds.</exception>
    internal int Read(IConfiguration configuration)
    {
        if (configuration.Find(Name) is not { } text) return Default;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= Least && number <= Most
            ? number
            : throw new StartupException($"{Name} is '{text}': it must be a whole number from {Text(Least)} to {Text(Most)}.");
    }

    private static string Text(int bound) => bound.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// The settings that have bounds. All of them are checked before anything starts, whatever roles the process has: an invalid value is
/// reported in one line at the start. A URL, a list or a secret is checked where it is read, at the start, too.
/// </summary>
public static class KnownSettings
{
    private const int Day = 24 * 60;

    // The most that the rate counter can count evenly, even for the tenfold allowance of one address.
    private const int MostRequests = 100_000;
    private const int MostRequestsOfAPolicy = 1_000_000;
    private const int MostUnpaid = 1_000_000;

    /// <summary>Every setting that is a whole number.</summary>
    public static IReadOnlyList<NumberSetting> Numbers { get; } =
    [
        new("AARYA_DIAL_SECONDS", 5, 0, 25),
        new("AARYA_RATE_LIMIT", 100, 0, MostRequests),
        .. RatePolicy.All.Select(x => new NumberSetting(x.Setting, x.Requests, 1, MostRequestsOfAPolicy)),
        new("AARYA_MAX_CONCURRENT", 512, 1, 100_000),
        new("AARYA_MAX_QUEUED", 1000, 0, 1_000_000),
        new("AARYA_REQUEST_SECONDS", 30, 1, 300),
        new("AARYA_CACHE_MB", 64, 1, 16_384),
        new("DATABASE_POOL_SIZE", 10, 2, 500),
        new("ORDER_HOLD_MINUTES", 15, 1, Day),
        new("UNPAID_ORDERS_PER_SHOPPER", 5, 0, MostUnpaid),
        new("UNPAID_PIECES_PER_SHOPPER", 50, 0, MostUnpaid),
        new("UNPAID_ORDERS_PER_ADDRESS", 40, 0, MostUnpaid),
        new("UNPAID_PIECES_PER_ADDRESS", 150, 0, MostUnpaid),
        new("PAYMENT_RECONCILE_SECONDS", 5, 1, 3600),
        new("PAYMENT_PENDING_SECONDS", 10, 1, 3600),
    ];

    /// <summary>Every setting that is <c>true</c> or <c>false</c>.</summary>
    public static IReadOnlyList<string> Flags { get; } = ["AARYA_TCP", "AARYA_SOCKET_TAKEOVER", "AARYA_SOLO"];

    private static readonly Dictionary<string, NumberSetting> ByName = Numbers.ToDictionary(x => x.Name, StringComparer.Ordinal);

    /// <exception cref="ArgumentException">There is no such number: add it to <see cref="Numbers"/>.</exception>
    internal static NumberSetting NumberOf(string name) =>
        ByName.TryGetValue(name, out var setting)
            ? setting
            : throw new ArgumentException($"There is no setting {name} that is a number.", nameof(name));

    /// <summary>Checks every setting that has bounds.</summary>
    /// <exception cref="StartupException">One of them has an invalid value.</exception>
    internal static void Check(IConfiguration configuration, IHostEnvironment environment)
    {
        foreach (var number in Numbers) _ = number.Read(configuration);
        foreach (var name in Flags) _ = configuration.Flag(name);
        // A misspelt Production would run the shop with the secrets of development.
        if (!environment.IsProduction() && !environment.IsDevelopment())
            throw new StartupException($"ASPNETCORE_ENVIRONMENT is '{environment.EnvironmentName}': it must be Production or Development.");
    }
}
