using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.Content.Contracts;

/// <summary>A member of staff acted in this context; Core Platform writes it into the audit trail.</summary>
[WireEvent(Name, Streams.Audit)]
public sealed record StaffActedNotice(Guid ActId, StaffAct Act)
{
    internal const string Name = "content.staff_acted.v1";

    /// <param name="action">One of <see cref="StaffActions"/>.</param>
    public static StaffActedNotice Of(
        Caller actor, string action, string targetType, string targetId, DateTimeOffset now,
        params ReadOnlySpan<(string Name, string Value)> details)
    {
        var act = StaffAct.Of(actor, action, targetType, targetId, now, details);
        return new(act.Id, act);
    }
}

/// <summary>The acts of staff in this context that the audit trail records. Core Platform lists them too, which a spec compares.</summary>
public static class StaffActions
{
    public const string LetterReplayed = "dead_letter.replayed";
    public const string LettersReplayed = "dead_letter.kind_replayed";
    public const string LetterDiscarded = "dead_letter.discarded";
    public const string SuppressionLifted = "suppression.lifted";
    public const string StreamReplayed = "stream.replayed";
}
