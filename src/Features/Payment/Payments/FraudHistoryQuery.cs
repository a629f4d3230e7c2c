using Aarya.Features.Payment.Fraud;
using Marten;

namespace Aarya.Features.Payment.Payments;

public static class FraudHistoryQuery
{
    // Far above every threshold; reading more would not change the result.
    private const int Enough = 500;

    public static async Task<FraudHistory> FraudHistoryAsync(this IQuerySession session, Guid subject, string? email, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var since = now - FraudRules.Window;
        var fingerprints = session.EmailFingerprintsOf(email);
        var bySubject = await session.Query<OrderPayment>()
            .Where(x => x.Subject == subject && (x.RequestedAt > since || (x.ChargeNumber > 1 && x.ChangedAt > since)))
            .Select(x => new { x.Status, x.ChargeNumber, x.Declines }).Take(Enough).ToListAsync(cancellation);
        // Listed, because a limit on a count applies only after everything is counted.
        var byEmail = fingerprints.Length == 0 ? [] : await session.Query<OrderPayment>()
            .Where(x => x.EmailFingerprint.IsOneOf(fingerprints) && x.RequestedAt > since)
            .Select(x => x.Id).Take(Enough).ToListAsync(cancellation);
        // Every charge counts: cards can be tried out on one order as well as on many. Payments from before declines were counted have no
        // count.
        var declined = bySubject.Sum(x => Math.Max(x.Declines, x.Status == PaymentStatus.Declined ? 1 : 0));
        return new(bySubject.Sum(x => Math.Max(1, x.ChargeNumber)), byEmail.Count, declined, fingerprints.FirstOrDefault(""));
    }
}
