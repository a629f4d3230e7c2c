using System.Diagnostics.Metrics;
using Aarya.Infrastructure.Metrics;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>The connections of this process to PostgreSQL, all pools together, as Npgsql counts them.</summary>
internal sealed class ConnectionMetrics : IDisposable
{
    /// <summary>Npgsql's own meter.</summary>
    public const string NpgsqlMeter = "Npgsql";

    private const string Count = "db.client.connection.count";
    private const string Waiting = "db.client.connection.npgsql.pending_requests";

    private readonly MeterListener listener = new();
    private readonly Lock reading = new();
    private long idle;
    private long used;
    private long waiting;

    public ConnectionMetrics(IMeterFactory meters)
    {
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == NpgsqlMeter && instrument.Name is Count or Waiting) own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((x, value, tags, _) => Add(x, value, tags));
        listener.SetMeasurementEventCallback<long>((x, value, tags, _) => Add(x, value, tags));
        listener.Start();
        var meter = meters.Create(ShopMeter.Name);
        meter.CreateObservableGauge("postgres_connections", () =>
        {
            var now = Read();
            return new[] { Of("idle", now.Idle), Of("used", now.Used) };
        }, unit: null, "Open connections of this process to PostgreSQL.");
        meter.CreateObservableGauge("aarya_postgres_waiting", () => Read().Waiting, unit: null,
            "Requests and handlers that wait for a connection to PostgreSQL.");
    }

    public void Dispose() => listener.Dispose();

    private static Measurement<long> Of(string state, long count) => new(count, new KeyValuePair<string, object?>("state", state));

    private (long Idle, long Used, long Waiting) Read()
    {
        lock (reading)
        {
            (idle, used, waiting) = (0, 0, 0);
            listener.RecordObservableInstruments();
            return (idle, used, waiting);
        }
    }

    private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (instrument.Name == Waiting)
        {
            waiting += value;
            return;
        }

        foreach (var tag in tags)
        {
            if (tag.Key != "db.client.connection.state") continue;
            if (tag.Value as string == "idle") idle += value;
            else used += value;
        }
    }
}
