using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Recommendations;
using Aarya.Infrastructure.Privacy.Erasure;
using Marten;

namespace Aarya.Features.Search.Privacy;

/// <summary>Deletes a person's purchases and views.</summary>
public static class EraseShopperHandler
{
    public static async Task<PersonalDataErasedNotice?> Handle(UserErasedNotice erased, IDocumentSession session, Views views)
    {
        Guid[] subjects = [erased.UserId, .. erased.Guests];
        foreach (var subject in subjects) await views.ForgetAsync(subject);
        Guid[] orders = [.. erased.Orders ?? []];
        session.QueueSqlCommand("delete from search.purchase where subject = any (?) or order_id = any (?)", subjects, orders);
        session.QueueSqlCommand("delete from search.order_change where subject = any (?) or order_id = any (?)", subjects, orders);
        session.EraseTraces([.. subjects, .. orders]);
        return erased.Orders is null ? null : new(erased.UserId, erased.ErasureId);
    }
}
