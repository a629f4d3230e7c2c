using Aarya.Features.Search.Contracts;
using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.Search.Privacy;

/// <summary>Forgets what somebody bought.</summary>
public static class UserErasedHandler
{
    public static PersonalDataErased? Handle(UserErased erased, IDocumentSession session)
    {
        Guid[] orders = [.. erased.Orders ?? []];
        session.QueueSqlCommand("delete from search.purchase where subject = ? or order_id = any (?)", erased.UserId, orders);
        session.EraseTraces([erased.UserId, .. orders]);
        return erased.Orders is null ? null : new(erased.UserId, erased.ErasureId);
    }
}
