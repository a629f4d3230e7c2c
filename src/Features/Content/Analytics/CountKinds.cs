namespace Aarya.Features.Content.Analytics;

/// <summary>What <c>content.analytics_day</c> counts. Docs/streams.md says what their subjects are.</summary>
public static class CountKinds
{
    public const string PageView = "page_view";
    public const string ProductView = "product_view";
    public const string Search = "search";
    public const string SearchWithoutResults = "search_without_results";
    public const string CheckoutStep = "checkout_step";

    /// <summary>The last step of the checkout, a subject of <see cref="CheckoutStep"/>: the storefront shows how to pay.</summary>
    public const string LastStep = "payment";

    public const string AddToCart = "add_to_cart";

    /// <summary>Orders that were paid.</summary>
    public const string Purchase = "purchase";

    /// <summary>Pieces of a SKU in orders that were paid.</summary>
    public const string PurchasedItem = "purchased_item";

    /// <summary>The totals of orders that were paid, in paise.</summary>
    public const string Revenue = "revenue";

    /// <summary>The prices of the pieces of a SKU in orders that were paid, in paise.</summary>
    public const string RevenueOfItem = "revenue_of_item";

    /// <summary>Refunds.</summary>
    public const string Refund = "refund";

    /// <summary>What was refunded, in paise.</summary>
    public const string Refunded = "refunded";

    /// <summary>Events of visitors that were left out.</summary>
    public const string Lost = "lost";

    /// <summary>The subject, or the source, of what exceeds the rows that a day or a month may have.</summary>
    public const string Others = "(others)";

    /// <summary>The kinds of the sales reports, which have one row per day in all, too.</summary>
    public static readonly string[] Sales = [Purchase, PurchasedItem, Revenue, Refund, Refunded];

    /// <summary>The sum of a kind on a day, of all sources and devices.</summary>
    public static string OfDay(string kind) => $"{kind}.day";

    /// <summary>
    /// The sums of a kind in a month, of the same subjects, sources and devices as on its days. Their day is the first of the month: a year
    /// has few of them.
    /// </summary>
    public static string OfMonth(string kind) => $"{kind}.month";

    /// <summary>The first day of the month.</summary>
    public static DateOnly MonthOf(DateOnly day) => new(day.Year, day.Month, 1);
}
