using Aarya.Features.Payment.Charges;
using Marten;

namespace Aarya.Features.Payment.Privacy;

internal static class PaymentsOf
{
    /// <summary>What these, who are one person, have paid, and what was paid for these orders.</summary>
    public static async Task<IReadOnlyList<OrderPayment>> PaymentsOfAsync(this IQuerySession session, Guid[] subjects,
        IReadOnlyList<Guid> orders, CancellationToken cancellation)
    {
        Guid[] ids = [.. orders];
        return await session.Query<OrderPayment>().Where(x => x.Subject.IsOneOf(subjects) || x.Id.IsOneOf(ids)).OrderBy(x => x.RequestedAt)
            .ToListAsync(cancellation);
    }
}
