using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;
using Wolverine.Persistence.Durability;
using Wolverine.Runtime;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>The dead-letter table of a group's context.</summary>
internal sealed partial class StreamDeadLetters(RedisStreamEndpoint endpoint, IWolverineRuntime runtime, ILogger log)
{
    /// <summary>The message store of the group's context.</summary>
    public IMessageStore Store { get; } = runtime.Stores.FindAncillaryStore(endpoint.StoreType!);

    public async Task StoreAsync(Envelope envelope, Exception error)
    {
        try
        {
            await Store.Inbox.MoveToDeadLetterStorageAsync(envelope, error);
            DeadLetter(envelope.Id, envelope.MessageType, endpoint.Handler ?? endpoint.Group!, error);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // It was written before, and then the process died or Redis did not answer.
        }
    }

    [LoggerMessage(LogLevel.Error, "The event {Id} {MessageType} is in the dead-letter table of {Group}.")]
    private partial void DeadLetter(Guid id, string? messageType, string group, Exception error);
}
