using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Postgres;
using JasperFx.Core;
using Marten;
using Wolverine;
using Wolverine.Runtime.Handlers;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>Signs the person out everywhere, also where they were a guest, and only then asks commerce.</summary>
public sealed record BeginRound(Guid ErasureId);

public static class BeginRoundHandler
{
    public static void Configure(HandlerChain chain) => chain.NeverGivesUp();

    public static async Task<UserErased?> Handle(BeginRound command, IDocumentSession documents, SessionStore sessions,
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

/// <summary>Commerce knows which orders were the person's: with them everybody else is asked, and then the streams are cleared.</summary>
public static class DataErasedHandler
{
    public static async Task<UserErased?> Handle(CommerceDataErased erased, IDocumentSession documents, CancellationToken cancellation)
    {
        if (await documents.LoadAsync<Erasure>(erased.ErasureId, cancellation) is not { UserId: { } user } erasure
            || !erasure.Waiting.Contains(Roles.Commerce)) return null;
        erasure.FoundMore = erased.Orders.Except(erasure.Orders).Any();
        erasure.Orders = [.. erasure.Orders.Union(erased.Orders)];
        erasure.Waiting = [Roles.Payment, Roles.Content, Roles.Search];
        documents.Update(erasure);
        return new(user, erasure.Id, erasure.Guests, erasure.Orders);
    }

    public static Task<ClearStreams?> Handle(PaymentDataErased erased, IDocumentSession documents, CancellationToken cancellation) =>
        AnsweredAsync(Roles.Payment, erased.ErasureId, documents, cancellation);

    public static Task<ClearStreams?> Handle(ContentDataErased erased, IDocumentSession documents, CancellationToken cancellation) =>
        AnsweredAsync(Roles.Content, erased.ErasureId, documents, cancellation);

    public static Task<ClearStreams?> Handle(SearchDataErased erased, IDocumentSession documents, CancellationToken cancellation) =>
        AnsweredAsync(Roles.Search, erased.ErasureId, documents, cancellation);

    private static async Task<ClearStreams?> AnsweredAsync(string context, Guid id, IDocumentSession documents,
        CancellationToken cancellation)
    {
        if (await documents.LoadAsync<Erasure>(id, cancellation) is not { UserId: not null } erasure || !erasure.Waiting.Contains(context))
            return null;
        erasure.Waiting = [.. erasure.Waiting.Where(x => x != context)];
        documents.Update(erasure);
        return erasure.Waiting.Count == 0 ? new(id, 1) : null;
    }
}

/// <summary>
/// Takes the person out of the streams; what some context has still to handle is looked at again. Then all of it once more, when nothing is
/// under way any more, and again as long as that finds orders that were not known.
/// </summary>
public sealed record ClearStreams(Guid ErasureId, int Attempt);

public static class ClearStreamsHandler
{
    private static readonly TimeSpan[] LookAgainAfter = [5.Seconds(), 10.Seconds(), 20.Seconds(), 1.Minutes(), 5.Minutes()];

    public static void Configure(HandlerChain chain) => chain.NeverGivesUp();

    public static async Task<OutgoingMessages> Handle(
        ClearStreams command, IDocumentSession documents, StreamErasure streams, Stragglers stragglers, DateTimeOffset now,
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
            messages.Delay(new BeginRound(erasure.Id), stragglers.AllInAfter);
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
