using System.Diagnostics;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.CorePlatform.Audit;

/// <summary>
/// Who of the shop's people did what, to what, and when. A slice stores one beside what it changes, in the same transaction, or before it
/// shows what is somebody else's; none is ever changed or deleted.
/// </summary>
public sealed class AuditEntry
{
    public Guid Id { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>All zeros for an operator at the machine.</summary>
    public Guid ActorId { get; init; }

    /// <summary>One of <see cref="AuditActions"/>.</summary>
    public string Action { get; init; } = "";

    /// <summary>What kind of thing was changed or looked at: user, flag.</summary>
    public string TargetType { get; init; } = "";

    /// <summary>Nothing when it was a list of them.</summary>
    public string TargetId { get; init; } = "";

    /// <summary>What was changed about it; never a secret, nor anything personal, which could not be forgotten here.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    /// <summary>The trace of the request, as its answer and the logs have it.</summary>
    public string TraceId { get; init; } = "";

    public static AuditEntry Of(
        Caller actor, string action, string targetType, string targetId, DateTimeOffset now,
        IReadOnlyDictionary<string, string>? details = null) =>
        Of(actor.Subject, action, targetType, targetId, now, details);

    /// <summary>What an operator has done by a command of the program.</summary>
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
