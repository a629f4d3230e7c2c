using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.Commerce.Contracts;

/// <summary>A member of staff acted in this context; Core Platform writes it into the audit trail.</summary>
[WireEvent("commerce.staff_acted.v1", Streams.Audit)]
public sealed record StaffActedNotice(Guid ActId, StaffAct Act)
{
    /// <param name="action">One of <see cref="StaffActions"/>.</param>
    public static StaffActedNotice Of(
        Caller actor, string action, string targetType, string targetId, DateTimeOffset now,
        params ReadOnlySpan<(string Name, string Value)> details)
    {
        var act = StaffAct.Of(actor, action, targetType, targetId, now, details);
        return new(act.Id, act);
    }
}

/// <summary>The acts of staff in this context that the audit trail records. Core Platform lists them too, which a spec compares.</summary>
public static class StaffActions
{
    public const string OrderPacked = "order.packed";
    public const string OrderShipped = "order.shipped";
    public const string OrderDelivered = "order.delivered";
    public const string OrderCancelled = "order.cancelled";
    public const string OrderRefunded = "order.refund_requested";
    public const string StockAdjusted = "stock.adjusted";
    public const string BackInStockWithdrawn = "back_in_stock.withdrawn";
    public const string ProductCreated = "product.created";
    public const string ProductEdited = "product.edited";
    public const string ProductPublished = "product.published";
    public const string ProductWithdrawn = "product.withdrawn";
    public const string ProductArchived = "product.archived";
    public const string ProductUnarchived = "product.unarchived";
    public const string CategorySet = "category.set";
}
