using System.Diagnostics;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.CorePlatform.Audit;

/// <summary>
/// Which member of staff did what, to what, and when. A slice of this context stores an entry in the transaction of its change, or before
/// it shows another person's data; a slice of another context commits a <see cref="StaffAct"/> with its change, from which the entry is
/// made. No entry is ever changed or deleted.
/// </summary>
public sealed class AuditEntry
{
    public Guid Id { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>All zeros for an operator who ran a command.</summary>
    public Guid ActorId { get; init; }

    /// <summary>One of <see cref="AuditActions"/>.</summary>
    public string Action { get; init; } = "";

    /// <summary>What kind of thing was changed or read: user, flag, order.</summary>
    public string TargetType { get; init; } = "";

    /// <summary>Empty for a list.</summary>
    public string TargetId { get; init; } = "";

    /// <summary>What was changed; never a secret or personal data, because it could not be erased here.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    /// <summary>The trace id of the request, as in its answer and in the logs.</summary>
    public string TraceId { get; init; } = "";

    public static AuditEntry Of(
        Caller actor, string action, string targetType, string targetId, DateTimeOffset now,
        IReadOnlyDictionary<string, string>? details = null) =>
        Of(actor.Subject, action, targetType, targetId, now, details);

    /// <summary>What a member of staff did in another context.</summary>
    public static AuditEntry Of(StaffAct act) => new()
    {
        Id = act.Id,
        At = act.At,
        ActorId = act.ActorId,
        Action = act.Action,
        TargetType = act.TargetType,
        TargetId = act.TargetId,
        Details = act.Details,
        TraceId = act.TraceId,
    };

    /// <summary>What an operator did by a command of the program.</summary>
    public static AuditEntry OfOperator(
        string action, string targetType, string targetId, DateTimeOffset now, IReadOnlyDictionary<string, string>? details = null) =>
        Of(Guid.Empty, action, targetType, targetId, now, details);

    private static AuditEntry Of(
        Guid actor, string action, string targetType, string targetId, DateTimeOffset now,
        IReadOnlyDictionary<string, string>? details) => new()
        {
            Id = Guid.CreateVersion7(now),
            At = now,
            ActorId = actor,
            Action = action,
            TargetType = targetType,
            TargetId = targetId,
            Details = details ?? new Dictionary<string, string>(),
            TraceId = Activity.Current?.TraceId.ToString() ?? "",
        };
}
