using Aarya.Features.CorePlatform.Contracts;
using Marten;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>Commerce answers with the person's orders: with them the other contexts are asked, and then the streams are cleared.</summary>
public static class FollowErasureHandler
{
    public static async Task<UserErasedNotice?> Handle(CommerceDataErasedNotice erased, IDocumentSession documents,
        CancellationToken cancellation)
    {
        if (await documents.LoadAsync<Erasure>(erased.ErasureId, cancellation) is not { UserId: { } user } erasure
            || !erasure.Waiting.Contains(Roles.Commerce)) return null;
        erasure.FoundMore = erased.Orders.Except(erasure.Orders).Any();
        erasure.Orders = [.. erasure.Orders.Union(erased.Orders)];
        erasure.Waiting = [Roles.Payment, Roles.Content, Roles.Search];
        documents.Update(erasure);
        return new(user, erasure.Id, erasure.Guests, erasure.Orders);
    }

    public static Task<ClearStreams?> Handle(PaymentDataErasedNotice erased, IDocumentSession documents, CancellationToken cancellation) =>
        AnsweredAsync(Roles.Payment, erased.ErasureId, documents, cancellation);

    public static Task<ClearStreams?> Handle(ContentDataErasedNotice erased, IDocumentSession documents, CancellationToken cancellation) =>
        AnsweredAsync(Roles.Content, erased.ErasureId, documents, cancellation);

    public static Task<ClearStreams?> Handle(SearchDataErasedNotice erased, IDocumentSession documents, CancellationToken cancellation) =>
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
