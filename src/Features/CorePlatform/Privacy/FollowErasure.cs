using Aarya.Features.CorePlatform.Contracts;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Postgres;
using JasperFx.Core;
using Marten;
using Wolverine;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>Commerce knows which orders were the person's: with them everybody else is asked for the last time, and then the streams are cleared.</summary>
public static class DataErasedHandler
{
    public static async Task<UserErased?> Handle(CommerceDataErased erased, IDocumentSession documents, CancellationToken cancellation)
    {
        if (await documents.LoadAsync<Erasure>(erased.ErasureId, cancellation) is not { UserId: { } user, Email: { } email } erasure || !erasure.Waiting.Contains(Roles.Commerce)) return null;
        erasure.Orders = erased.Orders;
        erasure.Waiting = [Roles.Payment, Roles.Content, Roles.Search];
        documents.Store(erasure);
        return new(user, erasure.Id, email, erased.Orders, erasure.AskedAt);
    }

    public static Task<ClearStreams?> Handle(PaymentDataErased erased, IDocumentSession documents, CancellationToken cancellation) =>
        AnsweredAsync(Roles.Payment, erased.ErasureId, documents, cancellation);

    public static Task<ClearStreams?> Handle(ContentDataErased erased, IDocumentSession documents, CancellationToken cancellation) =>
        AnsweredAsync(Roles.Content, erased.ErasureId, documents, cancellation);

    public static Task<ClearStreams?> Handle(SearchDataErased erased, IDocumentSession documents, CancellationToken cancellation) =>
        AnsweredAsync(Roles.Search, erased.ErasureId, documents, cancellation);

    private static async Task<ClearStreams?> AnsweredAsync(string context, Guid id, IDocumentSession documents, CancellationToken cancellation)
    {
        if (await documents.LoadAsync<Erasure>(id, cancellation) is not { DoneAt: null } erasure || !erasure.Waiting.Contains(context)) return null;
        erasure.Waiting = [.. erasure.Waiting.Where(x => x != context)];
        documents.Store(erasure);
        return erasure.Waiting.Count == 0 ? new(id) : null;
    }
}

/// <summary>Takes the person out of the streams; what some context has still to handle is looked at again.</summary>
public sealed record ClearStreams(Guid ErasureId);

public static class ClearStreamsHandler
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);

    public static async Task<OutgoingMessages> Handle(
        ClearStreams command, IDocumentSession documents, StreamErasure streams, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await documents.LoadAsync<Erasure>(command.ErasureId, cancellation) is not { UserId: { } user } erasure) return [];
        var messages = new OutgoingMessages();
        if (await streams.EraseAsync([user, .. erasure.Orders]) > 0)
        {
            messages.Delay(command, LookAgainAfter);
            return messages;
        }

        documents.EraseTraces([user, .. erasure.Orders]);
        (erasure.UserId, erasure.Email, erasure.Orders, erasure.DoneAt) = (null, null, [], now);
        documents.Store(erasure);
        return messages;
    }
}
