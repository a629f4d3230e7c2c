using Aarya.Features.Payment.Charges;

namespace Aarya.Specs.Payment.Charges;

public sealed class ReconcilerSpec
{
    [Fact]
    public async Task a_start_with_payments_waiting_goes_well_and_brings_them_to_an_end()
    {
        await using var shop = new PaymentShop();
        await shop.InitializeAsync();
        // The shop hears of nothing: it has to ask.
        await shop.Sandbox.SetAsync(new { sendWebhooks = false });
        List<Guid> orders = [];
        for (var i = 0; i < 10; i++) orders.Add(await shop.PlaceAsync("tok_pending"));
        foreach (var order in orders) await shop.UntilAsync(order, x => x.Status == PaymentStatus.Pending);

        // All of them have been quiet for too long before the shop starts, and the first look comes as soon as it can.
        await shop.RestartAsync(async () =>
        {
            await shop.AskAsync("update payment.mt_doc_orderpayment set changed_at = changed_at - interval '1 minute'");
            await shop.AskAsync("delete from payment.reconciliation");
        });

        foreach (var order in orders) await shop.UntilAsync(order, x => x.Status == PaymentStatus.Captured);
        await shop.BooksAgreeAsync(orders);
    }
}
