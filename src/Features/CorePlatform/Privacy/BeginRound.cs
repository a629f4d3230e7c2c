using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Messaging;
using Marten;
using Wolverine.Runtime.Handlers;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>Ends all sessions of the person, including those as a guest, and only then asks commerce.</summary>
public sealed record BeginRound(Guid ErasureId);

public static class BeginRoundHandler
{
    public static void Configure(HandlerChain chain) => chain.NeverGivesUp();

    public static async Task<UserErasedNotice?> Handle(BeginRound command, IDocumentSession documents, SessionStore sessions,
        CancellationToken cancellation)
    {
        if (await documents.LoadAsync<Erasure>(command.ErasureId, cancellation) is not { UserId: { } user } erasure) return null;
        erasure.Guests = await documents.GuestsOfAsync(user, cancellation);
        foreach (var subject in erasure.Guests.Prepend(user)) await sessions.EndAllAsync(subject);
        erasure.Round++;
        erasure.Waiting = [Roles.Commerce];
        documents.Update(erasure);
        return new(user, erasure.Id, erasure.Guests, null);
    }
}
