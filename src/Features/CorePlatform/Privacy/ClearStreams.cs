using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Privacy.Erasure;
using JasperFx.Core;
using Marten;
using Wolverine;
using Wolverine.Runtime.Handlers;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>
/// Deletes the entries about the person from the streams, again and again until no context has any of them left to handle. A second round
/// follows when no message can still be in transit, and further rounds as long as they find new orders.
/// </summary>
public sealed record ClearStreams(Guid ErasureId, int Attempt);

public static class ClearStreamsHandler
{
    private static readonly TimeSpan[] LookAgainAfter = [5.Seconds(), 10.Seconds(), 20.Seconds(), 1.Minutes(), 5.Minutes()];

    public static void Configure(HandlerChain chain) => chain.NeverGivesUp();

    public static async Task<OutgoingMessages> Handle(
        ClearStreams command, IDocumentSession documents, StreamErasure streams, LatestRequestEnd latestEnd, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (await documents.LoadAsync<Erasure>(command.ErasureId, cancellation) is not { UserId: { } user } erasure) return [];
        var messages = new OutgoingMessages();
        if (await streams.EraseAsync(erasure.About, erasure.Since) > 0)
        {
            messages.Delay(command with { Attempt = command.Attempt + 1 },
                LookAgainAfter[Math.Min(command.Attempt, LookAgainAfter.Length) - 1]);
            return messages;
        }

        documents.DeleteAccount(user);
        documents.EraseTraces(erasure.About);
        erasure.DoneAt ??= now;
        if (erasure.Round == 1 || erasure.FoundMore)
        {
            messages.Delay(new BeginRound(erasure.Id), latestEnd.Delay);
        }
        else
        {
            documents.DeleteWhere<FormerGuest>(x => x.UserId == user);
            (erasure.UserId, erasure.Guests, erasure.Orders) = (null, [], []);
        }

        documents.Update(erasure);
        return messages;
    }
}
