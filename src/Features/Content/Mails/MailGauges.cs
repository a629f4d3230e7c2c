using Aarya.Infrastructure.Telemetry;
using Wolverine.Util;

namespace Aarya.Features.Content.Mails;

/// <summary>What operators watch of the mails: those that are not sent yet.</summary>
internal static class MailGauges
{
    private static readonly string Waiting = $"{Roles.Content}.wolverine_incoming_envelopes where status <> 'Handled'"
        + $" and message_type = '{typeof(SendEmail).ToMessageTypeName()}'";

    public static IReadOnlyList<DatabaseGauge> All { get; } =
    [
        new("aarya_mails_waiting", $"Mails that are not sent yet, up to {DatabaseGauge.Most}.", DatabaseGauge.Count(Waiting)),
        new("aarya_mails_oldest_seconds", "Age of the oldest mail that is not sent yet, from its first attempt or its last delay.",
            DatabaseGauge.AgeOf("timestamp", Waiting)),
    ];
}
