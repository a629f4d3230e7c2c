using Aarya.Features.Payment.Payments;
using Marten;

namespace Aarya.Features.Payment.Privacy;

internal static class PaymentsOf
{
    /// <summary>The payments of these subjects, who are one person, and the payments of these orders.</summary>
    public static async Task<IReadOnlyList<OrderPayment>> PaymentsOfAsync(this IQuerySession session, Guid[] subjects,
        IReadOnlyList<Guid> orders, CancellationToken cancellation)
    {
        Guid[] ids = [.. orders];
        return await session.Query<OrderPayment>().Where(x => x.Subject.IsOneOf(subjects) || x.Id.IsOneOf(ids)).OrderBy(x => x.RequestedAt)
            .ToListAsync(cancellation);
    }
}
