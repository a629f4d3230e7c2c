using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Aarya.Features.Payment.Charges;
using Aarya.Features.Payment.Payments;
using Aarya.Specs.Support;
using Npgsql;

namespace Aarya.Specs.Payment.Charges;

[StoryOf(typeof(ReceiveWebhookEndpoint))]
[Collection("payment")]
public sealed class WebhookSpec(PaymentShop shop)
{
    private const string Path = "/api/payments/webhooks/sandbox";

    [Fact]
    public async Task a_forged_an_old_and_an_unsigned_delivery_change_nothing()
    {
        var order = await shop.PlaceAsync("tok_challenge");
        await shop.HearsAsync(order, "payment_action_required");
        var body = await CapturedAsync(order);
        var now = DateTimeOffset.UtcNow;
        string?[] signatures =
        [
            null, "", "v1=00", "t=1,v1=", "t=999999999999999999999,v1=00", "nonsense",
            Signed(body, now, "another secret"),
            Signed(body, now.AddMinutes(-6)),
            Signed(body, now.AddMinutes(6)),
            Signed(body + " ", now),
        ];

        foreach (var signature in signatures)
        {
            var (status, problem) = await PostAsync(body, signature);
            Assert.Equal((HttpStatusCode.Unauthorized, "webhook.refused"), (status, (string?)problem?["code"]));
        }

        Assert.Equal(PaymentStatus.ActionRequired, (await shop.FindAsync(order))!.Status);
    }

    [Fact]
    public async Task a_delivery_that_comes_five_times_has_one_effect()
    {
        await shop.Sandbox.SetAsync(new { sendWebhooks = false });
        try
        {
            var order = await shop.PlaceAsync("tok_challenge");
            await shop.HearsAsync(order, "payment_action_required");
            var body = await CapturedAsync(order);

            var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PostAsync(body, Signed(body, DateTimeOffset.UtcNow))));

            Assert.All(answers, x => Assert.Equal(HttpStatusCode.OK, x.Status));
            await shop.HearsAsync(order, "payment_captured");
            Assert.Single((await shop.FactsAsync(order)).OfType<Captured>());
        }
        finally
        {
            await shop.Sandbox.SetAsync(new { });
        }
    }

    [Fact]
    public async Task news_of_a_step_that_comes_after_news_of_the_end_is_no_news()
    {
        var order = await shop.PlaceAsync("tok_approve");
        await shop.HearsAsync(order, "payment_captured");
        var charge = (await shop.Sandbox.ChargeAsync(order))!;
        foreach (var status in new[] { "pending", "requires_action", "authorized", "declined", "voided" })
        {
            charge["status"] = status;
            var body = Event(charge);
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(body, Signed(body, DateTimeOffset.UtcNow))).Status);
        }

        // The last webhooks are handled by now or soon; in both cases they must add no facts.
        await shop.RefundAsync(order, Guid.CreateVersion7(), 100);
        await shop.HearsAsync(order, "payment_refunded");
        Assert.Equal(PaymentStatus.Captured, (await shop.FindAsync(order))!.Status);
        Assert.DoesNotContain(await shop.FactsAsync(order), x => x is ChargePending or ActionRequired or Authorised or Declined or Voided);
    }

    [Fact]
    public async Task news_that_the_payment_knows_is_taken_and_writes_nothing()
    {
        var pending = await shop.PlaceAsync("tok_challenge");
        await shop.HearsAsync(pending, "payment_action_required");
        var paid = await shop.PlaceAsync("tok_approve");
        await shop.HearsAsync(paid, "payment_captured");
        var refunded = await shop.PlaceAsync("tok_approve");
        await shop.HearsAsync(refunded, "payment_captured");
        var refund = Guid.CreateVersion7();
        await shop.RefundAsync(refunded, refund, 100);
        await shop.HearsAsync(refunded, "payment_refunded");
        var declined = await shop.PlaceAsync("tok_decline_funds");
        await shop.HearsAsync(declined, "payment_declined");
        await shop.Sandbox.SetAsync(new { sendWebhooks = false });
        try
        {
            Guid[] orders = [pending, paid, refunded, declined];
            var news = new List<string>();
            foreach (var order in orders)
            {
                var charge = (await shop.Sandbox.ChargeAsync(order))!;
                news.Add(Event(charge));
                // An event of a step that is over.
                charge["status"] = "pending";
                news.Add(Event(charge));
            }

            var given = (await shop.Sandbox.ChargeAsync(refunded))!;
            news.Add(Event(given, new JsonObject
            {
                ["id"] = "re_known",
                ["reference"] = refund.ToString(),
                ["amount"] = 100,
                ["currency"] = "INR",
                ["status"] = "succeeded",
            }));
            var stranger = (await shop.Sandbox.ChargeAsync(paid))!;
            stranger["id"] = "ch_of_somebody_else";
            news.Add(Event(stranger));
            var unknown = (await shop.Sandbox.ChargeAsync(paid))!;
            unknown["reference"] = Guid.CreateVersion7().ToString();
            news.Add(Event(unknown));
            await NotAskedAboutAsync(pending);
            await QuietAsync(orders);
            var before = await WrittenAsync(orders);

            foreach (var body in news.Concat(news))
                Assert.Equal(HttpStatusCode.OK, (await PostAsync(body, Signed(body, DateTimeOffset.UtcNow))).Status);

            Assert.Equal(before, await WrittenAsync(orders));
        }
        finally
        {
            await shop.Sandbox.SetAsync(new { });
        }
    }

    [Fact]
    public async Task an_unknown_provider_is_a_404_and_a_body_that_is_too_large_a_413()
    {
        using var unknown = await shop.Http.PostAsJsonAsync("/api/payments/webhooks/nobody", new { });
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(new string(' ', 70_000), "t=1,v1=00")).Status);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("""{"id": "evt_1", "charge": {"id": "ch_1", "reference": "x", "amount": 1, "currency": "INR", "status": "stolen"}}""")]
    public async Task a_signed_body_that_is_no_event_is_refused(string body) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(body, Signed(body, DateTimeOffset.UtcNow))).Status);

    [Fact]
    public async Task an_event_about_an_order_that_is_not_ours_is_taken_and_changes_nothing()
    {
        var stray = Guid.CreateVersion7();
        foreach (var reference in new[] { stray.ToString(), "order-of-another-shop" })
        {
            var body =
                Event(new JsonObject
                {
                    ["id"] = "ch_stray",
                    ["reference"] = reference,
                    ["amount"] = 100,
                    ["currency"] = "INR",
                    ["status"] = "captured",
                });
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(body, Signed(body, DateTimeOffset.UtcNow))).Status);
        }

        Assert.Null(await shop.FindAsync(stray));
    }

    [Fact]
    public async Task a_captured_charge_of_no_payment_is_kept_until_the_provider_reports_that_its_money_is_returned()
    {
        var (order, id) = (Guid.CreateVersion7(), $"ch_{Guid.NewGuid():N}");
        var charge = new JsonObject
        {
            ["id"] = id,
            ["reference"] = $"{order}",
            ["amount"] = 129_900,
            ["currency"] = "INR",
            ["status"] = "captured",
        };
        var refund = new JsonObject
        {
            ["id"] = $"re_{Guid.NewGuid():N}",
            ["reference"] = $"{Guid.NewGuid()}",
            ["amount"] = 129_900,
            ["currency"] = "INR",
            ["status"] = "succeeded",
        };

        await TakenAsync(Event(charge));
        await TakenAsync(Event(charge));
        Assert.Equal($"{order}", await ValueAsync($"select order_id::text from payment.stray_charge where charge_id = '{id}'"));
        await TakenAsync(Event(charge, refund));
        // A repeat that comes late does not bring it back.
        await TakenAsync(Event(charge));
        Assert.Equal("0", await ValueAsync($"select count(*) from payment.stray_charge where charge_id = '{id}' and returned_at is null"));

        // One that the provider only tried.
        charge["id"] = $"ch_{Guid.NewGuid():N}";
        charge["status"] = "declined";
        await TakenAsync(Event(charge));
        Assert.Equal("0", await ValueAsync($"select count(*) from payment.stray_charge where charge_id = '{charge["id"]}'"));

        async Task TakenAsync(string body) =>
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(body, Signed(body, DateTimeOffset.UtcNow))).Status);
    }

    [Theory]
    [InlineData("currency", "\"USD\"")]
    [InlineData("currency", "null")]
    [InlineData("amount", "99999999")]
    [InlineData("amount", "-1")]
    [InlineData("status", "\"pending\"")]
    [InlineData("status", "\"banana\"")]
    [InlineData("status", "null")]
    [InlineData("id", "\"re\\u0000\"")]
    [InlineData("code", "\"no such\\u0000code\"")]
    public async Task a_signed_refund_that_cannot_be_is_refused_and_changes_nothing(string member, string value)
    {
        var order = await shop.PlaceAsync("tok_approve");
        await shop.HearsAsync(order, "payment_captured");
        var refund = new JsonObject
        {
            ["id"] = $"re_{Guid.NewGuid():N}",
            ["reference"] = $"{Guid.NewGuid()}",
            ["amount"] = 100,
            ["currency"] = "INR",
            ["status"] = "succeeded",
            [member] = JsonNode.Parse(value),
        };
        var body = Event((await shop.Sandbox.ChargeAsync(order))!, refund);
        await QuietAsync([order]);
        var before = await WrittenAsync([order]);

        var (status, problem) = await PostAsync(body, Signed(body, DateTimeOffset.UtcNow));

        Assert.Equal((HttpStatusCode.Unauthorized, "webhook.refused"), (status, (string?)problem?["code"]));
        Assert.Equal(before, await WrittenAsync([order]));
    }

    private async Task<string> CapturedAsync(Guid order)
    {
        var charge = (await shop.Sandbox.ChargeAsync(order))!;
        charge["status"] = "captured";
        return Event(charge);
    }

    private static string Event(JsonNode charge, JsonObject? refund = null)
    {
        var news = new JsonObject
        {
            ["id"] = $"evt_{Guid.NewGuid():N}",
            ["type"] = $"charge.{charge["status"]}",
            ["charge"] = charge.DeepClone(),
        };
        if (refund is not null) news["refund"] = refund;
        return news.ToJsonString();
    }

    // The reconciler asks the provider about a payment that waits, and then records the answer as a webhook's message does.
    private async Task NotAskedAboutAsync(Guid order)
    {
        await using var session = shop.Store.LightweightSession();
        session.QueueSqlCommand(
            """
            insert into payment.reconciliation (order_id, asked_at, asks) values (?, now(), 20)
            on conflict (order_id) do update set asked_at = excluded.asked_at, asks = excluded.asks
            """, order);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until no message about these orders is queued for a handler or a stream.</summary>
    private Task QuietAsync(Guid[] orders) => Eventually.HoldsAsync("no message to be queued", async () => await ValueAsync(
        $"""
        select (select count(*) from payment.wolverine_outgoing_envelopes where {About(orders)})
          + (select count(*) from payment.wolverine_incoming_envelopes where status <> 'Handled' and {About(orders)})
        """) == "0");

    /// <summary>
    /// All that a webhook about these orders could write: received events, messages, facts, and the version of each row. Messages that ask
    /// the provider about a waiting payment do not count: no webhook causes them.
    /// </summary>
    private Task<string> WrittenAsync(Guid[] orders) => ValueAsync(
        $"""
        select concat_ws(' ',
          (select count(*) from payment.provider_event),
          (select count(*) from payment.wolverine_incoming_envelopes where {About(orders)} and message_type not like '%Reconcile%'),
          (select count(*) from payment.wolverine_outgoing_envelopes where {About(orders)}),
          (select count(*) from payment.mt_events where stream_id in ({Ids(orders)})),
          (select string_agg(xmin::text, ',' order by id) from payment.mt_doc_orderpayment where id in ({Ids(orders)})))
        """);

    private static string Ids(Guid[] orders) => string.Join(", ", orders.Select(x => $"'{x}'"));

    private static string About(Guid[] orders) => $"({string.Join(" or ", orders.Select(x => $"position('{x}'::bytea in body) > 0"))})";

    private async Task<string> ValueAsync(string sql)
    {
        await using var session = shop.Store.QuerySession();
        await using var command = new NpgsqlCommand(sql);
        await using var reader = await session.ExecuteReaderAsync(command, TestContext.Current.CancellationToken);
        await reader.ReadAsync(TestContext.Current.CancellationToken);
        return $"{reader.GetValue(0)}";
    }

    private static string Signed(string body, DateTimeOffset at, string secret = SandboxProcess.WebhookSecret)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(
            $"{time}.{body}")))}";
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> PostAsync(string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (signature is not null) request.Headers.TryAddWithoutValidation("Sandbox-Signature", signature);
        using var response = await shop.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
