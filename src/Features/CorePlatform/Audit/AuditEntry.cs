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
        Caller actor, string action, string targetType, string targetId, DateTimeOffset now, IReadOnlyDictionary<string, string>? details = null) => new()
        {
            Id = Guid.CreateVersion7(now),
            At = now,
            ActorId = actor.Subject,
            Action = action,
            TargetType = targetType,
            TargetId = targetId,
            Details = details ?? new Dictionary<string, string>(),
            TraceId = Activity.Current?.TraceId.ToString() ?? "",
        };
}
