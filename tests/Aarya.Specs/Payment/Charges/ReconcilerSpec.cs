using Aarya.Features.Payment.Charges;
using Aarya.Features.Payment.Payments;
using Aarya.Specs.Support;

namespace Aarya.Specs.Payment.Charges;

[StoryOf(typeof(ReconcilePaymentHandler))]
public sealed class ReconcilerSpec
{
    [Fact]
    public async Task a_start_with_payments_waiting_goes_well_and_brings_them_to_an_end()
    {
        await using var shop = new PaymentShop();
        await shop.InitializeAsync();
        // Without webhooks the shop has to ask the provider.
        await shop.Sandbox.SetAsync(new { sendWebhooks = false });
        List<Guid> orders = [];
        for (var i = 0; i < 10; i++) orders.Add(await shop.PlaceAsync("tok_pending"));
        foreach (var order in orders) await shop.UntilAsync(order, x => x.Status == PaymentStatus.Pending);

        // All payments are overdue when the shop starts, and the first reconciliation is due at once.
        await shop.RestartAsync(async () =>
        {
            await shop.AskAsync("update payment.mt_doc_orderpayment set changed_at = changed_at - interval '1 minute'");
            await shop.AskAsync("delete from payment.reconciliation");
        });

        foreach (var order in orders) await shop.UntilAsync(order, x => x.Status == PaymentStatus.Captured);
        await shop.BooksAgreeAsync(orders);
    }
}
