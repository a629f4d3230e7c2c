namespace Aarya.Features.Commerce.Orders;

/// <summary>Why an order was cancelled, as a code for clients and other contexts.</summary>
public static class CancelReason
{
    public const string ByShopper = "shopper";
    public const string ByShop = "shop";
    public const string Unpaid = "unpaid";
    public const string PaymentDeclined = "payment_declined";

    /// <summary>Its payment was declined, and the shopper ordered the same goods again.</summary>
    public const string Replaced = "replaced";

    /// <summary>Less was paid than the order costs.</summary>
    public const string PaymentShort = "payment_short";

    /// <summary>The goods were no longer reserved when the payment arrived.</summary>
    public const string GoodsGone = "goods_gone";

    /// <summary>The money was refunded before the order was confirmed.</summary>
    public const string Refunded = "refunded";
}
