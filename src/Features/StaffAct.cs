using System.Diagnostics;
using Aarya.Infrastructure.Security;

namespace Aarya.Features;

/// <summary>
/// What a member of staff did, for the audit trail. A slice returns it as its context's event, so that the act and its record are committed
/// together; Core Platform writes the trail, which staff read in one list.
/// </summary>
/// <param name="ActorId">The member of staff.</param>
/// <param name="Action">The kind of thing and what was done to it: <c>stock.adjusted</c>.</param>
/// <param name="TargetType">The kind of thing: order, product, stock.</param>
/// <param name="Details">What was changed; never a secret or personal data, because it could not be erased from the trail.</param>
/// <param name="TraceId">The trace id of the request, as in its answer and in the logs.</param>
public sealed record StaffAct(
    Guid Id, Guid ActorId, string Action, string TargetType, string TargetId, IReadOnlyDictionary<string, string> Details, string TraceId,
    DateTimeOffset At)
{
    public static StaffAct Of(
        Caller actor, string action, string targetType, string targetId, DateTimeOffset now,
        params ReadOnlySpan<(string Name, string Value)> details)
    {
        Dictionary<string, string> all = [];
        foreach (var (name, value) in details) all[name] = value;
        return new(
            Guid.CreateVersion7(now), actor.Subject, action, targetType, targetId, all, Activity.Current?.TraceId.ToString() ?? "", now);
    }
}
