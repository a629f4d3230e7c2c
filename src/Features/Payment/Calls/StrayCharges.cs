using System.Diagnostics.CodeAnalysis;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;
using Marten;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Payment.Calls;

/// <summary>
/// Charges that the provider reports for orders that this shop does not know, or that are not the known charge of an order. Captured ones
/// are noted until the provider reports that they are refunded as a whole or voided, so that an alert finds the money. Reports come in any
/// order, so the note of a returned charge stays.
/// </summary>
internal static partial class StrayCharges
{
    public const string Table = $"{Roles.Payment}.stray_charge";

    /// <summary>Those whose money is still there.</summary>
    public const string Kept = $"{Table} where returned_at is null";

    /// <summary>Whether the charge belongs to no payment of this shop.</summary>
    public static bool IsStray([NotNullWhen(false)] OrderPayment? payment, ChargeReport report) =>
        payment?.RequestedAt is null || payment.IsStray(report);

    /// <summary>Notes the charge in the session's transaction, or that its money has been returned.</summary>
    /// <param name="refund">The refund of the charge that was reported with it.</param>
    public static void Note(IDocumentSession session, Guid orderId, ChargeReport report, RefundReport? refund, ILogger logger)
    {
        LogStray(logger, report.ChargeId, orderId, report.State);
        if (report.ChargeId is not { } charge) return;
        if (report.State == ChargeState.Voided || (refund is { Succeeded: true } && refund.Amount == report.Amount))
            session.QueueSqlCommand(
                $"insert into {Table} (charge_id, order_id, returned_at) values (?, ?, now()) "
                + "on conflict (charge_id) do update set returned_at = excluded.returned_at", charge, orderId);
        else if (report.State == ChargeState.Captured)
            session.QueueSqlCommand($"insert into {Table} (charge_id, order_id) values (?, ?) on conflict do nothing", charge, orderId);
    }

    [LoggerMessage(LogLevel.Error,
        "The provider reports charge {ChargeId} ({State}) for order {OrderId}, which this shop did not create: check it at the provider")]
    private static partial void LogStray(ILogger logger, string? chargeId, Guid orderId, ChargeState state);
}
