using Aarya.Infrastructure.Contexts;

namespace Aarya.Infrastructure.Operators;

/// <summary>What the operators' page shows of the program itself.</summary>
internal static class PlatformCharts
{
    private const string Edge = "Edge";
    private const string Services = "Services";
    private const string Events = "Events";
    private const string Data = "Data";
    private const string Service = "service";
    private const string OldestEntry = "aarya_stream_oldest_unacknowledged_seconds";

    private static readonly (string, string) AtEdge = (Service, ActiveRoles.Gateway);

    private static readonly Measure Refused = Measure.Rate("aarya_refused_requests_total");
    private static readonly Measure Circuits = Measure.Max("aarya_context_circuit_open");
    private static readonly Measure OldestMessage = Measure.Max("aarya_outbox_oldest_seconds");
    private static readonly Measure DeadLetters = Measure.Max("aarya_dead_letters");
    private static readonly Measure WaitingForPostgres = Measure.Max("aarya_postgres_waiting");

    /// <summary>1 for each service that can serve.</summary>
    public static Measure Health { get; } = Measure.Max("service_health_status").By(Service);

    // The limits are those of deploy/prometheus/rules.
    public static OperatorsView View { get; } = new(
        [
            new("Requests", Unit.PerSecond, Chart.RequestRate("*", AtEdge)),
            new("Failed requests (5xx)", Unit.PerSecond, Chart.RequestRate("5*", AtEdge)),
            new("Latency (p99)", Unit.Seconds, Chart.RequestTime(0.99, AtEdge)),
            new("Refused by the edge", Unit.PerSecond, Refused),
            new("Open circuits", Unit.Count, Circuits, 1),
            new("Oldest entry of a stream", Unit.Seconds, Measure.Max(OldestEntry, ("consumer_group", "!compactor")), 300),
            new("Oldest message of an outbox", Unit.Seconds, OldestMessage, 60),
            new("Dead letters", Unit.Count, DeadLetters, 1),
            new("Waiting for PostgreSQL", Unit.Count, WaitingForPostgres, 11),
        ],
        [
            Chart.Requests(Edge, "Requests", "Requests per second by the class of their status.", AtEdge),
            Chart.RequestLatency(Edge, "Latency", "The time from the arrival of a request to the end of its answer.", AtEdge),
            new(Edge, "Refused by the edge", Unit.PerSecond, "Requests above the limits of rate (429), load (503) and time (504).",
                [new("", Refused.By("reason"))]),
            new(Edge, "Requests at the edge", Unit.Count, "Requests that are processed, that wait, and live connections.",
                [new("", Measure.Sum("aarya_edge_requests").By("state")), new("live connections", Measure.Sum("aarya_live_connections"))]),
            new(Edge, "Open circuits", Unit.Count, "1 while the gateway refuses requests for a context.",
                [new("", Circuits.By("context"))]),
            new(Services, "Requests per service", Unit.PerSecond, "A request counts at the edge and in its context.",
                [new("", Chart.RequestRate("*").By(Service))]),
            new(Services, "Failed requests per service", Unit.PerSecond, "Answers with a status of 500 or above.",
                [new("", Chart.RequestRate("5*").By(Service))]),
            new(Services, "Latency per service (p95)", Unit.Seconds, "95 % of the requests are answered within this time.",
                [new("", Chart.RequestTime(0.95).By(Service))]),
            new(Services, "Memory", Unit.Bytes, "Physical memory per process.",
                [new("", Measure.Sum("dotnet_process_memory_working_set_bytes").PerProcess())]),
            new(Services, "CPU", Unit.Cores, "Cores that each process uses.",
                [new("", Measure.Rate("dotnet_process_cpu_time_seconds_total").PerProcess())]),
            new(Events, "Entries not acknowledged", Unit.Count, "Per consumer group, the most of any stream.",
                [new("", Measure.Max("stream_consumer_lag").By("consumer_group"))]),
            new(Events, "Oldest entry not acknowledged", Unit.Seconds, "Its age per consumer group.",
                [new("", Measure.Max(OldestEntry).By("consumer_group"))]),
            new(Events, "Oldest message of an outbox", Unit.Seconds, "Its age per context.", [new("", OldestMessage.By("context"))]),
            new(Events, "Dead letters", Unit.Count, "Messages that a context has given up.", [new("", DeadLetters.By("context"))]),
            new(Data, "Statements to PostgreSQL", Unit.PerSecond, "Of all processes.",
                [new("statements", Measure.Rate("postgres_command_duration_seconds_count"))]),
            Chart.Latency(Data, "Latency of PostgreSQL", "The time of one statement.", "postgres_command_duration_seconds"),
            new(Data, "Connections to PostgreSQL", Unit.Count,
                "Open connections of all processes, and the most requests and handlers of a process that wait for one.",
                [new("", Measure.Sum("postgres_connections").By("state")), new("waiting", WaitingForPostgres)]),
            new(Data, "Commands to Redis", Unit.PerSecond, "By whether they succeeded.",
                [new("", Measure.Rate("redis_commands_total").By("status"))]),
            Chart.Latency(Data, "Latency of Redis", "The time of one command.", "aarya_redis_command_duration_seconds"),
            new(Data, "Reads of caches", Unit.PerSecond, "By whether the cache had a fresh value.",
                [new("", Measure.Rate("aarya_cache_reads_total").By("result"))]),
        ]);
}
