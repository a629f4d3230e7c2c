using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Content.Analytics;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Telemetry;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Microsoft.Extensions.Configuration;

namespace Aarya.Specs.Telemetry;

/// <summary>
/// What the gauges read from the tables of a real shop: a row that counts, which the shop itself has written, and one that does not.
/// </summary>
public sealed class GaugesSpec : IAsyncLifetime
{
    private const string Sku = "KRT-GAUGES";

    private static readonly Dictionary<string, DatabaseGauge> Gauges =
        Modules.All.SelectMany(x => MessageGauges.Of(x.Role).Where(y => x.Role == Features.Roles.Search).Concat(x.Gauges))
            .ToDictionary(x => x.Name);

    private SplitShop shop = null!;
    private string product = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        shop = await SplitShop.StartAsync(ActiveRoles.All);
        using var staff = await shop.StaffAsync("merchandiser");
        product = await staff.PublishKurtaAsync(Sku, stock: 10);
    }

    public ValueTask DisposeAsync() => shop.DisposeAsync();

    [Fact]
    public async Task orders_and_stock_are_counted_until_they_are_paid()
    {
        Assert.Equal(0, await ReadAsync("aarya_unpaid_orders"));
        var unpaid = await OrderAsync("tok_challenge");

        Assert.Equal(1, await ReadAsync("aarya_unpaid_orders"));
        Assert.Equal(1, await ReadAsync("aarya_reserved_pieces"));
        Assert.Equal(0, await ReadAsync("aarya_reservations_overdue"));
        Assert.Equal(1, await ReadAsync("aarya_open_orders", "pending_payment"));
        Assert.Equal(0, await ReadAsync("aarya_stock_imbalances"));
        await Eventually.HoldsAsync("the payment is open", async () => await ReadAsync("aarya_open_payments", "action_required") == 1);

        await shop.ExecuteAsync("update commerce.unpaid_order set expires_at = now() - interval '2 minutes' where order_id = $1", unpaid);
        Assert.Equal(1, await ReadAsync("aarya_reservations_overdue"));

        await OrderAsync("tok_approve");
        await Eventually.HoldsAsync("the other one is confirmed", async () => await ReadAsync("aarya_open_orders", "confirmed") == 1);
        await Eventually.HoldsAsync("it holds nothing", async () => await ReadAsync("aarya_unpaid_orders") == 1);

        await shop.ExecuteAsync("update commerce.stock set on_hand = on_hand + 1 where sku = $1", Sku);
        Assert.Equal(1, await ReadAsync("aarya_stock_imbalances"));
    }

    [Fact]
    public async Task what_shoppers_do_is_counted_on_its_day()
    {
        var day = IndianDay.Of(DateTimeOffset.UtcNow);
        await AllAreZeroAsync();
        using var visitor = shop.Client();
        await SplitShop.SendAsync(visitor, HttpMethod.Post, "/api/analytics/events", new
        {
            events = new object[]
            {
                new { kind = "product_view", productId = product }, new { kind = "product_view", productId = product },
                new { kind = "checkout_step", step = "cart" }, new { kind = "checkout_step", step = "payment" },
            },
        });
        var order = await PlaceAsync("tok_approve");
        await Eventually.HoldsAsync("the order is confirmed", async () => await ReadAsync("aarya_open_orders", "confirmed") == 1);
        using var support = await shop.StaffAsync("support");
        support.DefaultRequestHeaders.Add("Idempotency-Key", "refund");
        await SplitShop.SendAsync(
            support, HttpMethod.Post, $"/api/admin/orders/{order.GetProperty("id").GetGuid()}/refunds", new { reason = "too small" });

        var rupees = order.GetProperty("total").GetProperty("amount").GetInt64() / 100.0;
        await Eventually.HoldsAsync("the refund and the visit are counted", async () =>
        {
            Assert.SkipWhen(IndianDay.Of(DateTimeOffset.UtcNow) != day, "It is midnight in India: what was counted is of two days.");
            return await ReadAsync("aarya_refunded_today_rupees") == rupees && await ReadAsync("aarya_funnel_today", "product_view") == 2;
        });
        Assert.Equal(1, await ReadAsync("aarya_orders_today"));
        Assert.Equal(rupees, await ReadAsync("aarya_revenue_today_rupees"));
        Assert.Equal(1, await ReadAsync("aarya_funnel_today", "add_to_cart"));
        Assert.Equal(1, await ReadAsync("aarya_funnel_today", "checkout"));
        Assert.Equal(1, await ReadAsync("aarya_funnel_today", "purchase"));

        await shop.ExecuteAsync("update content.analytics_day set day = day - 1");
        await AllAreZeroAsync();

        async Task AllAreZeroAsync()
        {
            foreach (var name in new[] { "aarya_orders_today", "aarya_revenue_today_rupees", "aarya_refunded_today_rupees" })
                Assert.Equal(0, await ReadAsync(name));
            foreach (var step in new[] { "product_view", "add_to_cart", "checkout", "purchase" })
                Assert.Equal(0, await ReadAsync("aarya_funnel_today", step));
        }
    }

    [Fact]
    public async Task money_of_a_cancelled_order_counts_until_it_is_refunded()
    {
        await OrderAndCancelAsync("tok_approve");
        await Eventually.HoldsAsync("the money is refunded", async () =>
            await ReadAsync("aarya_refunded_today_rupees") > 0 && await ReadAsync("aarya_pending_refunds") == 0);
        Assert.Equal(0, await ReadAsync("aarya_unwanted_captures"));
        Assert.Equal(0, await ReadAsync("aarya_unwanted_captures_oldest_seconds"));

        // The bank refuses its refund.
        var order = await OrderAndCancelAsync("tok_refund_declined");
        await Eventually.HoldsAsync("the money is kept", async () =>
            await ReadAsync("aarya_unwanted_captures") == 1 && await ReadAsync("aarya_pending_refunds") == 0);
        await shop.ExecuteAsync("update payment.mt_doc_orderpayment set unwanted_since = now() - interval '1 hour' where id = $1", order);
        Assert.InRange(await ReadAsync("aarya_unwanted_captures_oldest_seconds"), 3_600, 86_400);
    }

    [Fact]
    public async Task a_pending_refund_counts_until_the_provider_has_answered()
    {
        var order = await OrderAsync("tok_approve");
        await CapturedAsync();
        Assert.Equal(0, await ReadAsync("aarya_pending_refunds"));

        await RefundAsync(order, "Pending");
        Assert.Equal(1, await ReadAsync("aarya_pending_refunds"));
        // Staff have asked for it: the shop may keep the money until then.
        Assert.Equal(0, await ReadAsync("aarya_unwanted_captures"));
        await shop.ExecuteAsync("update payment.mt_doc_orderpayment set changed_at = now() - interval '1 hour' where id = $1", order);
        Assert.InRange(await ReadAsync("aarya_pending_refunds_oldest_seconds"), 3_600, 86_400);
        await RefundAsync(order, "Succeeded");
        Assert.Equal(0, await ReadAsync("aarya_pending_refunds"));
        Assert.Equal(0, await ReadAsync("aarya_pending_refunds_oldest_seconds"));
    }

    [Fact]
    public async Task a_charge_without_an_answer_is_unknown_until_the_provider_answers_that_it_has_none()
    {
        var order = await OrderAsync("tok_approve");
        await CapturedAsync();
        Assert.Equal(0, await ReadAsync("aarya_unknown_payments"));

        // Cancelled while the provider was away. The order is old, the attempt is not.
        await shop.ExecuteAsync("""
            update payment.mt_doc_orderpayment
            set data = data || jsonb_build_object('status', 'Pending', 'chargeId', null, 'cancelReason', 'expired', 'attempts', 2,
                'askedAt', now() - interval '20 minutes', 'lastAskedAt', now() - interval '18 minutes'),
              status = 'Pending', watch_until = now() + interval '1 day', requested_at = now() - interval '9 hours' where id = $1
            """, order);
        Assert.Equal(1, await ReadAsync("aarya_unknown_payments"));
        Assert.InRange(await ReadAsync("aarya_unknown_payments_oldest_seconds"), 1_200, 7_200);

        await AnsweredAsync("19 minutes");
        Assert.Equal(1, await ReadAsync("aarya_unknown_payments"));
        await AnsweredAsync("17 minutes");
        Assert.Equal(0, await ReadAsync("aarya_unknown_payments"));
        Assert.Equal(0, await ReadAsync("aarya_unknown_payments_oldest_seconds"));

        Task AnsweredAsync(string ago) => shop.ExecuteAsync($"""
            insert into payment.reconciliation as known (order_id, asked_at, asks, found_none_at)
            values ($1, now() + interval '1 hour', 20, now() - interval '{ago}')
            on conflict (order_id) do update set asked_at = excluded.asked_at, asks = 20, found_none_at = excluded.found_none_at
            """, order);
    }

    [Fact]
    public async Task the_age_of_the_keys_that_are_in_use_is_shown()
    {
        await Eventually.HoldsAsync("both are in use", async () => await shop.CountAsync("core.key_use") == 2);
        await shop.ExecuteAsync("update core.key_use set first_used_at = now() - interval '400 days' where purpose = 'sealing'");

        Assert.InRange(await ReadAsync("aarya_key_age_seconds", "sealing"), 400 * 86_400, 401 * 86_400);
        Assert.InRange(await ReadAsync("aarya_key_age_seconds", "signing"), 0, 86_400);

        // Replaced: what another process has not used for a while does not count.
        await shop.ExecuteAsync("update core.key_use set last_used_at = now() - interval '1 hour', name = 'old' where purpose = 'sealing'");
        await shop.ExecuteAsync("insert into core.key_use values ('sealing', 'new', now(), now())");
        Assert.InRange(await ReadAsync("aarya_key_age_seconds", "sealing"), 0, 86_400);
    }

    [Fact]
    public async Task the_age_of_the_newest_backup_is_shown_and_that_of_a_shop_without_any()
    {
        await Eventually.HoldsAsync("the keys are in use", async () => await shop.CountAsync("core.key_use") == 2);
        await shop.ExecuteAsync("update core.key_use set first_used_at = now() - interval '3 days' where purpose = 'sealing'");
        Assert.InRange(await ReadAsync("aarya_backup_age_seconds", "made"), 3 * 86_400, 4 * 86_400);
        Assert.InRange(await ReadAsync("aarya_backup_age_seconds", "verified"), 3 * 86_400, 4 * 86_400);

        await shop.ExecuteAsync("""
            insert into core.backup (name, began_at, ended_at, verified_at) values
              ('older', now() - interval '30 hours', now() - interval '29 hours', now() - interval '1 hour'),
              ('newer', now() - interval '3 hours', now() - interval '2 hours', null)
            """);
        Assert.InRange(await ReadAsync("aarya_backup_age_seconds", "made"), 2 * 3_600, 3 * 3_600);
        Assert.InRange(await ReadAsync("aarya_backup_age_seconds", "verified"), 29 * 3_600, 30 * 3_600);
    }

    [Fact]
    public async Task where_others_make_the_backups_none_is_ever_old()
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["AARYA_BACKUPS_ELSEWHERE"] = "true" }).Build();
        var gauge = Gauges["aarya_backup_age_seconds"];
        Assert.Same(gauge, gauge.With(new ConfigurationBuilder().Build()));
        await using var connection = await shop.ConnectAsync();
        await using var command = new Npgsql.NpgsqlCommand(gauge.With(settings).Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        Assert.True(await reader.ReadAsync(Cancel));
        Assert.Equal((0d, "elsewhere"), (reader.GetDouble(0), reader.GetString(1)));
        Assert.False(await reader.ReadAsync(Cancel));
    }

    [Fact]
    public async Task a_backup_that_ends_in_the_future_does_not_count_before_its_time()
    {
        await shop.ExecuteAsync("""
            insert into core.backup (name, began_at, ended_at, verified_at) values
              ('past', now() - interval '3 hours', now() - interval '2 hours', now()),
              ('future', now() + interval '3 years', now() + interval '3 years', now())
            """);
        Assert.InRange(await ReadAsync("aarya_backup_age_seconds", "made"), 2 * 3_600, 3 * 3_600);
        Assert.InRange(await ReadAsync("aarya_backup_age_seconds", "verified"), 2 * 3_600, 3 * 3_600);

        // The clock that it was made by is a minute ahead.
        await shop.ExecuteAsync("update core.backup set ended_at = now() + interval '1 minute' where name = 'future'");
        Assert.Equal(0, await ReadAsync("aarya_backup_age_seconds", "made"));
        Assert.Equal(0, await ReadAsync("aarya_backup_age_seconds", "verified"));
    }

    [Fact]
    public async Task changes_that_elasticsearch_lacks_are_counted()
    {
        Assert.Equal(0, await ReadAsync("aarya_elasticsearch_pending"));
        await shop.ExecuteAsync(
            "insert into search.elasticsearch_pending (product_id, revision, since) values (gen_random_uuid(), 1, now())");
        Assert.Equal(1, await ReadAsync("aarya_elasticsearch_pending"));
    }

    [Fact]
    public async Task mails_and_messages_are_counted_until_they_are_dealt_with()
    {
        await OrderAsync("tok_approve");
        await Eventually.HoldsAsync("a mail is sent", async () => await shop.CountAsync("content.mt_doc_emailmessage") > 0
            && await ReadAsync("aarya_mails_waiting") == 0);

        await shop.ExecuteAsync("""
            update content.mt_doc_emailmessage set data = data || jsonb_build_object('sentAt', null, 'createdAt', now() - interval '1 hour')
            where id = (select id from content.mt_doc_emailmessage limit 1)
            """);
        Assert.Equal(1, await ReadAsync("aarya_mails_waiting"));
        Assert.InRange(await ReadAsync("aarya_mails_oldest_seconds"), 3_600, 86_400);

        Assert.Equal(0, await ReadAsync("aarya_dead_letters", "search"));
        Assert.Equal(0, await ReadAsync("aarya_inbox_messages", "search", "overdue"));
        await shop.ExecuteAsync("""
            insert into search.wolverine_incoming_envelopes
              (id, status, owner_id, execution_time, attempts, body, message_type, received_at)
            values (gen_random_uuid(), 'Scheduled', 7, now() - interval '5 minutes', 0, ''::bytea, 'specs.overdue', 'specs://nowhere')
            """);
        Assert.Equal(1, await ReadAsync("aarya_inbox_messages", "search", "overdue"));
        await shop.ExecuteAsync("""
            insert into search.wolverine_outgoing_envelopes (id, owner_id, destination, attempts, body, message_type, timestamp)
            values (gen_random_uuid(), 7, 'specs://nowhere', 0, ''::bytea, 'specs.unsent', now() - interval '5 minutes')
            """);
        Assert.Equal(1, await ReadAsync("aarya_outbox_messages", "search"));
        Assert.InRange(await ReadAsync("aarya_outbox_oldest_seconds", "search"), 300, 86_400);
    }

    private Task CapturedAsync() => Eventually.HoldsAsync("the payment is captured", async () =>
        await shop.CountAsync("payment.mt_doc_orderpayment where status = 'Captured'") == 1);

    private async Task<Guid> OrderAndCancelAsync(string paymentToken)
    {
        using var guest = await shop.GuestWithAsync(Sku);
        var order = (await SplitShop.OrderAsync(guest, paymentToken, $"{Guid.NewGuid():D}")).GetProperty("id").GetGuid();
        await Eventually.HoldsAsync("the order is confirmed", async () => (await SplitShop.SendAsync(
            guest, HttpMethod.Get, $"/api/orders/{order}")).GetProperty("status").GetString() == "confirmed");
        guest.DefaultRequestHeaders.Remove("Idempotency-Key");
        guest.DefaultRequestHeaders.Add("Idempotency-Key", $"cancel-{order}");
        await SplitShop.SendAsync(guest, HttpMethod.Post, $"/api/orders/{order}/cancel", new { reason = "changed_mind" });
        return order;
    }

    // Of the whole amount, as the shop stores it; the shop watches a payment while its refund is pending.
    private Task RefundAsync(Guid order, string status) => shop.ExecuteAsync("""
        update payment.mt_doc_orderpayment set data = jsonb_set(data, '{refunds}', jsonb_build_array(jsonb_build_object(
          'id', gen_random_uuid(), 'amount', data -> 'capturedAmount', 'status', $2::text, 'code', null, 'chargeId', null))),
          watch_until = case $2::text when 'Pending' then now() + interval '90 days' end
        where id = $1
        """, order, status);

    /// <summary>The value of the gauge with these labels, as a process reads it.</summary>
    private async Task<double> ReadAsync(string name, params string[] labels)
    {
        await using var connection = await shop.ConnectAsync();
        await using var command = new Npgsql.NpgsqlCommand(Gauges[name].Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel))
        {
            if (labels.Select((x, i) => reader.GetString(i + 1) == x).All(x => x)) return reader.GetDouble(0);
        }

        throw new InvalidOperationException($"{name} has no value for {string.Join(", ", labels)}");
    }

    private async Task<Guid> OrderAsync(string paymentToken) => (await PlaceAsync(paymentToken)).GetProperty("id").GetGuid();

    private async Task<JsonElement> PlaceAsync(string paymentToken)
    {
        using var guest = await shop.GuestWithAsync(Sku);
        return await SplitShop.OrderAsync(guest, paymentToken, $"{Guid.NewGuid():D}");
    }
}
