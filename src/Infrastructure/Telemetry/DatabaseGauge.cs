using System.Text.Json;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>A metric that is read from the tables of a context.</summary>
/// <param name="Name">As Prometheus shows it.</param>
/// <param name="Help">What it is, in one sentence.</param>
/// <param name="Sql">
/// Reads it: a row per value, first the value as a double, then one text per label. It must stay cheap however many rows the tables have:
/// it uses an index and stops at a limit.
/// </param>
/// <param name="Labels">The names of the labels; each has few values.</param>
public sealed record DatabaseGauge(string Name, string Help, string Sql, params string[] Labels)
{
    /// <summary>How long PostgreSQL may take to read it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The time between two readings; ten seconds by default.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A setting that is <c>true</c> or <c>false</c>, and what is read where it is <c>true</c>.</summary>
    public (string Flag, string Sql)? Instead { get; init; }

    /// <summary>The gauge as it is read with these settings.</summary>
    /// <exception cref="StartupException">The setting of <see cref="Instead"/> is neither <c>true</c> nor <c>false</c>.</exception>
    public DatabaseGauge With(IConfiguration configuration) =>
        Instead is var (flag, sql) && configuration.Flag(flag) ? this with { Sql = sql } : this;

    /// <summary>The most rows that a count counts; the table may have more.</summary>
    public const int Most = 10_000;

    /// <summary>Reads how many rows there are, at most <see cref="Most"/>.</summary>
    public static string Count(string rows) => $"select count(*)::float8 from (select from {rows} limit {Most}) as counted";

    /// <summary>Reads how many rows there are in each of these states, with the state in snake case.</summary>
    public static string CountEach<TState>(IEnumerable<TState> states, Func<TState, string> rows) where TState : struct, Enum =>
        string.Join(" union all ", states.Select(x =>
            $"select ({Count(rows(x))}), '{JsonNamingPolicy.SnakeCaseLower.ConvertName($"{x}")}'"));

    /// <summary>Reads how many seconds ago the earliest of these moments was; 0 when there is none.</summary>
    public static string AgeOf(string moment, string rows) =>
        $"select coalesce(extract(epoch from now() - min({moment})), 0)::float8 from {rows}";
}
