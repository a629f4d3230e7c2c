namespace Aarya.Infrastructure.Telemetry;

/// <summary>The messages of a context: those to send, those to handle, and those that it has given up.</summary>
internal static class MessageGauges
{
    public static IReadOnlyList<DatabaseGauge> Of(string context)
    {
        return
        [
            new("aarya_outbox_messages", $"Messages that a context has still to send, up to {DatabaseGauge.Most}.",
                WithContext(context, DatabaseGauge.Count($"{context}.wolverine_outgoing_envelopes")), "context"),
            new("aarya_outbox_oldest_seconds", "Age of the oldest message that a context has still to send.",
                WithContext(context, DatabaseGauge.AgeOf("timestamp", $"{context}.wolverine_outgoing_envelopes")), "context"),
            new("aarya_inbox_messages",
                $"Messages that a context has still to handle, up to {DatabaseGauge.Most}; overdue ones were due more than a minute ago.",
                $"{InState("waiting", "status = 'Incoming'")} union all "
                    + InState("overdue", "status = 'Scheduled' and execution_time < now() - interval '1 minute'"), "context", "state"),
            new("aarya_dead_letters", $"Messages of a context that were given up, up to {DatabaseGauge.Most}.",
                WithContext(context, DatabaseGauge.Count($"{context}.wolverine_dead_letters")), "context"),
        ];

        string InState(string state, string condition) =>
            $"select ({DatabaseGauge.Count($"{context}.wolverine_incoming_envelopes where {condition}")}), '{context}', '{state}'";
    }

    private static string WithContext(string context, string number) => $"select ({number}), '{context}'";
}
