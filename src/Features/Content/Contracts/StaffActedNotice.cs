using System.Text.Json;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Content.Contracts;

/// <summary>A member of staff acted in this context; Core Platform writes it into the audit trail.</summary>
[WireEvent(Name, Streams.Audit)]
public sealed record StaffActedNotice(Guid ActId, StaffAct Act)
{
    private const string Name = "content.staff_acted.v1";

    /// <param name="action">One of <see cref="StaffActions"/>.</param>
    public static StaffActedNotice Of(
        Caller actor, string action, string targetType, string targetId, DateTimeOffset now,
        params ReadOnlySpan<(string Name, string Value)> details)
    {
        var act = StaffAct.Of(actor, action, targetType, targetId, now, details);
        return new(act.Id, act);
    }

    /// <summary>
    /// Records what an operator does by a command, before it is done: no message runtime runs in a command, so that both cannot be
    /// committed together. In the trail, all zeros stand for an operator.
    /// </summary>
    /// <param name="action">One of <see cref="StaffActions"/>.</param>
    public static Task RecordAsync(
        IServiceProvider services, string action, string targetType, string targetId,
        params ReadOnlySpan<(string Name, string Value)> details)
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var notice = Of(new Caller(Guid.Empty, Guid.Empty, []), action, targetType, targetId, now, details);
        return services.GetRequiredService<StreamHistory>().AddAsync(
            Streams.Audit, Name, notice.ActId, JsonSerializer.SerializeToUtf8Bytes(notice, StreamJson.Options));
    }
}

/// <summary>The acts of staff in this context that the audit trail records. Core Platform lists them too, which a spec compares.</summary>
public static class StaffActions
{
    public const string LetterReplayed = "dead_letter.replayed";
    public const string LettersReplayed = "dead_letter.kind_replayed";
    public const string StreamReplayed = "stream.replayed";
    public const string LetterDiscarded = "dead_letter.discarded";
}
