using System.Globalization;
using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.PriceAlerts;
using Aarya.Features.Commerce.Wishlist;
using Aarya.Features.Content.CartReminders;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Search.Recommendations;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Messaging;
using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

/// <summary>The terms that the operations page promises are those of the jobs.</summary>
public sealed class RetentionPageSpec
{
    public static TheoryData<string, string> Terms => new()
    {
        { "mails with their texts", Days(NewsPruning.MailsKept) },
        { "notifications", Days(NewsPruning.NotificationsKept) },
        { "when a customer was last reminded of a cart", Days(RemindOfCartHandler.Pause) },
        { "handled events (`processed_event`)", Days(ProcessedEventPruning.Kept) },
        { "answers to idempotency keys", Days(IdempotencyKeyExpiry.Lifetime) },
        { "requests for sold-out SKUs, price alerts", Days(BackInStockRequest.Lifetime) },
        { "requests for sold-out SKUs, price alerts", Days(PriceAlert.Lifetime) },
        { "wishlists of guests", Days(WishlistPruning.Kept) },
        { "the products that a shopper looked at last", Days(Views.Kept) },
        {
            "carts of guests, of accounts",
            $"{ShoppingCart.KeptFor(guest: true).Days.ToString(CultureInfo.InvariantCulture)}, {Days(ShoppingCart.KeptFor(guest: false))}"
        },
    };

    [Theory, MemberData(nameof(Terms))]
    public void the_page_has_the_term_of_the_job(string what, string term)
    {
        var rows = File.ReadLines(Repository.PathOf("docs/operations.md")).Select(x => x.Split('|').Select(y => y.Trim()).ToArray());
        Assert.Equal(term, Assert.Single(rows, x => x.Length > 2 && x[1] == what)[2]);
    }

    [Fact]
    public void no_mail_is_deleted_while_its_event_can_be_replayed() =>
        Assert.True(NewsPruning.MailsKept > ProcessedEventPruning.Kept);

    private static string Days(TimeSpan term) => $"{term.Days.ToString(CultureInfo.InvariantCulture)} days";
}
