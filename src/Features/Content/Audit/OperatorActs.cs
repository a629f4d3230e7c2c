using System.Text.Json;
using Aarya.Features.Content.Contracts;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.Content.Audit;

/// <summary>
/// Records what operators do by commands. A command runs without a message runtime, so it cannot commit the record together with the act:
/// it records the act first. The actor's id is all zeros.
/// </summary>
public sealed class OperatorActs(StreamHistory history, TimeProvider time)
{
    private static readonly Caller Operator = new(Guid.Empty, Guid.Empty, []);

    /// <param name="action">One of <see cref="StaffActions"/>.</param>
    public Task RecordAsync(
        string action, string targetType, string targetId, params ReadOnlySpan<(string Name, string Value)> details)
    {
        var notice = StaffActedNotice.Of(Operator, action, targetType, targetId, time.GetUtcNow(), details);
        return history.AddAsync(
            Streams.Audit, StaffActedNotice.Name, notice.ActId, JsonSerializer.SerializeToUtf8Bytes(notice, StreamJson.Options));
    }
}
