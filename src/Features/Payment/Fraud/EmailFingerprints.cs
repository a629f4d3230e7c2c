using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.Payment.Fraud;

/// <summary>
/// A keyed hash that shows whether two payments share an e-mail address, without storing the address. It does not contain the id of its
/// key: it cannot be renewed, and is not compared after <see cref="FraudRules.Window"/>.
/// </summary>
internal static class EmailFingerprints
{
    /// <summary>The fingerprint under every key, in the order of the keys; none without an address.</summary>
    public static string[] EmailFingerprintsOf(this IQuerySession session, string? email) => string.IsNullOrWhiteSpace(email)
        ? []
        : [.. session.BlindIndexesOf(email).Select(x => x[(x.LastIndexOf(':') + 1)..])];
}
