using Aarya.Infrastructure.Telemetry;

namespace Aarya.Features.Content.Mails;

/// <summary>Metrics of unsent mails.</summary>
internal static class MailGauges
{
    /// <summary>The condition of the partial index.</summary>
    public const string Unsent = "(data ->> 'sentAt') is null and (data ->> 'notSentFor') is null";

    // An older one is given up.
    private const string Waiting = $"content.mt_doc_emailmessage where {Unsent} and {CreatedAt} > now() - interval '5 days'";

    // As its index has it.
    private const string CreatedAt = "content.mt_immutable_timestamptz(data ->> 'createdAt')";

    public static IReadOnlyList<DatabaseGauge> All { get; } =
    [
        new("aarya_mails_waiting", $"Mails that are not sent yet, up to {DatabaseGauge.Most}.", DatabaseGauge.Count(Waiting)),
        new("aarya_mails_oldest_seconds", "Age of the oldest mail that is not sent yet.",
            DatabaseGauge.AgeOf(CreatedAt, Waiting)),
    ];
}
