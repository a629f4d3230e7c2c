using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// Reads the <see cref="DatabaseGauge"/>s of the hosted contexts when they are due. A gauge that could not be read is absent: an old number
/// would look like a present one.
/// </summary>
internal sealed class DatabaseGauges : Worker
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ContextDatabases databases;
    private readonly ILookup<string, DatabaseGauge> gauges;
    private readonly ConcurrentDictionary<(string Context, string Gauge), Value> values = [];

    /// <param name="gauges">What to read, by the role of the context with the tables.</param>
    public DatabaseGauges(ILookup<string, DatabaseGauge> gauges, ContextDatabases databases, IMeterFactory meters, TimeProvider time,
        ILogger<DatabaseGauges> log) : base(time, log)
    {
        (this.gauges, this.databases) = (gauges, databases);
        var meter = meters.Create(ShopMeter.Name);
        foreach (var gauge in gauges.SelectMany(x => x).DistinctBy(x => x.Name))
            meter.CreateObservableGauge(gauge.Name, () => ValuesOf(gauge.Name), unit: null, gauge.Help);
    }

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await Task.WhenAll(gauges.Select(x => ReadAsync(x.Key, stopping)));
        return Interval;
    }

    private IEnumerable<Measurement<double>> ValuesOf(string gauge) =>
        values.Where(x => x.Key.Gauge == gauge).SelectMany(x => x.Value.Rows);

    private async Task ReadAsync(string context, CancellationToken stopping)
    {
        List<Exception> failures = [];
        foreach (var gauge in gauges[context].Where(x => IsDue(context, x)))
        {
            try
            {
                // From a pool, and for each gauge: a connection whose statement was cancelled may be closed.
                await using var connection = await databases.PlainSourceOf(context).OpenConnectionAsync(stopping);
                values[(context, gauge.Name)] = new(await ReadAsync(connection, gauge, stopping), Time.GetTimestamp());
            }
#pragma warning disable CA1031 // A gauge that cannot be read must not keep the others from it.
            catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                // With the time of the attempt, so that an expensive one is not repeated at once.
                values[(context, gauge.Name)] = new([], Time.GetTimestamp());
                failures.Add(e);
                if (!Outage.Is(e)) continue;
                // Each of the others would wait, too, and its old number would be shown meanwhile.
                foreach (var other in gauges[context]) values.TryRemove((context, other.Name), out _);
                break;
            }
        }

        if (failures.Count > 0) throw new AggregateException(failures);
    }

    // Rounds drift: without the tolerance a gauge would be read only every other round.
    private bool IsDue(string context, DatabaseGauge gauge) => !values.TryGetValue((context, gauge.Name), out var known)
        || Time.GetElapsedTime(known.ReadAt) >= gauge.Every - (Interval / 2);

    private static async Task<Measurement<double>[]> ReadAsync(NpgsqlConnection connection, DatabaseGauge gauge, CancellationToken stopping)
    {
        await using var command = new NpgsqlCommand(gauge.Sql, connection) { CommandTimeout = (int)gauge.Patience.TotalSeconds };
        await using var reader = await command.ExecuteReaderAsync(stopping);
        List<Measurement<double>> read = [];
        while (await reader.ReadAsync(stopping))
        {
            var labels = gauge.Labels.Select((x, i) => new KeyValuePair<string, object?>(x, reader.GetString(i + 1)));
            read.Add(new(reader.GetDouble(0), labels));
        }

        return [.. read];
    }

    private sealed record Value(Measurement<double>[] Rows, long ReadAt);
}
