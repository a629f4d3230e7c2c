namespace Aarya.Infrastructure.Telemetry;

/// <summary>What every context has waiting: the messages that it has yet to send and to handle, and those that it could not.</summary>
internal static class MessageGauges
{
    public static IReadOnlyList<DatabaseGauge> Of(string context) =>
    [
        new("aarya_outbox_messages", $"Messages that a context has still to send, up to {DatabaseGauge.Most}.",
            WithContext(context, DatabaseGauge.Count($"{context}.wolverine_outgoing_envelopes")), "context"),
        new("aarya_outbox_oldest_seconds", "Age of the oldest message that a context has still to send.",
            WithContext(context, DatabaseGauge.AgeOf("timestamp", $"{context}.wolverine_outgoing_envelopes")), "context"),
        new("aarya_inbox_messages",
            $"Messages that a context has still to handle, up to {DatabaseGauge.Most}; overdue ones were due more than a minute ago.",
            $"""
            select (select count(*) from (select from {context}.wolverine_incoming_envelopes
                where status = 'Incoming' limit {DatabaseGauge.Most}) as counted)::float8, '{context}', 'waiting'
            union all
            select (select count(*) from (select from {context}.wolverine_incoming_envelopes
                where status = 'Scheduled' and execution_time < now() - interval '1 minute' limit {DatabaseGauge.Most}) as counted)::float8,
                '{context}', 'overdue'
            """, "context", "state"),
        new("aarya_dead_letters", $"Messages of a context that were given up, up to {DatabaseGauge.Most}.",
            WithContext(context, DatabaseGauge.Count($"{context}.wolverine_dead_letters")), "context"),
    ];

    private static string WithContext(string context, string number) => $"select ({number}), '{context}'";
}
