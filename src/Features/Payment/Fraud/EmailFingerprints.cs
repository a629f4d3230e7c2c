using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.Payment.Fraud;

/// <summary>
/// Tells whether two payments share an address without keeping the address, and tells nobody who lacks the shop's key. It says nothing of
/// the key it was made with: that can never be made anew, and after <see cref="FraudRules.Window"/> nobody compares it any more.
/// </summary>
internal static class EmailFingerprints
{
    /// <summary>Under every key, the first first; none of nothing.</summary>
    public static string[] EmailFingerprintsOf(this IQuerySession session, string? email) => string.IsNullOrWhiteSpace(email)
        ? []
        : [.. session.BlindIndexesOf(email).Select(x => x[(x.LastIndexOf(':') + 1)..])];
}
