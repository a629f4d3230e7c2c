using Aarya.Features.Payment.Charges;
using Marten;

namespace Aarya.Features.Payment.Privacy;

internal static class PaymentsOf
{
    /// <summary>A customer's payments, with those from when they were a guest.</summary>
    public static async Task<IReadOnlyList<OrderPayment>> PaymentsOfAsync(this IQuerySession session, Guid userId, IReadOnlyList<Guid> orders, CancellationToken cancellation)
    {
        var guests = await session.Query<FormerGuest>().Where(x => x.UserId == userId).Select(x => x.Id).ToListAsync(cancellation);
        Guid[] subjects = [userId, .. guests];
        Guid[] ids = [.. orders];
        return await session.Query<OrderPayment>().Where(x => x.Subject.IsOneOf(subjects) || x.Id.IsOneOf(ids)).OrderBy(x => x.RequestedAt).ToListAsync(cancellation);
    }
}
