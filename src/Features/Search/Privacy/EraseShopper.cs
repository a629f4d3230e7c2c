using Aarya.Features.Search.Contracts;
using Aarya.Infrastructure.Privacy.Erasure;
using Marten;

namespace Aarya.Features.Search.Privacy;

/// <summary>Deletes a person's purchases.</summary>
public static class EraseShopperHandler
{
    public static PersonalDataErasedNotice? Handle(UserErasedNotice erased, IDocumentSession session)
    {
        Guid[] subjects = [erased.UserId, .. erased.Guests];
        Guid[] orders = [.. erased.Orders ?? []];
        session.QueueSqlCommand("delete from search.purchase where subject = any (?) or order_id = any (?)", subjects, orders);
        session.QueueSqlCommand("delete from search.order_change where subject = any (?) or order_id = any (?)", subjects, orders);
        session.EraseTraces([.. subjects, .. orders]);
        return erased.Orders is null ? null : new(erased.UserId, erased.ErasureId);
    }
}
