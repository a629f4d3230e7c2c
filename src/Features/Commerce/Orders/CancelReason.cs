namespace Aarya.Features.Commerce.Orders;

/// <summary>Why an order came to nothing, in the words that clients and other contexts act on.</summary>
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

    /// <summary>The goods were no longer held when the payment came.</summary>
    public const string GoodsGone = "goods_gone";

    /// <summary>The money had gone back before the order was confirmed.</summary>
    public const string Refunded = "refunded";
}
