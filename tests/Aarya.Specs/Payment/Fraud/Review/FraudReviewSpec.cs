using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Aarya.Features.Payment.Fraud.Review;
using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Support;

namespace Aarya.Specs.Payment.Fraud.Review;

[StoryOf(typeof(ListFraudReviewsEndpoint), typeof(ApproveFraudReviewEndpoint), typeof(RejectFraudReviewEndpoint))]
[Collection("payment")]
public sealed class FraudReviewSpec(PaymentShop shop)
{
    private const long VeryLarge = 60_000_000;

    [Fact]
    public async Task a_very_large_order_waits_for_a_person_and_is_charged_when_they_let_it()
    {
        var order = await shop.PlaceAsync("tok_approve", VeryLarge);
        Assert.Equal((0, 0, 0), await shop.Sandbox.TotalsAsync(order));
        var told = await shop.HearsAsync(order, "review_waiting");
        Assert.Equal((60, VeryLarge, 1), ((int)told["score"]!, (long)told["amount"]!["amount"]!, (int)told["chargeNumber"]!));
        var support = await shop.TokenOf("support");
        Assert.Contains((await SendAsync(HttpMethod.Get, "", support)).Body!["items"]!.AsArray(),
            x => (Guid)x!["orderId"]! == order && (int)x["score"]! == 60);

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Post, $"/{order}/approve", support)).Status);

        await shop.HearsAsync(order, "payment_captured");
        var again = await SendAsync(HttpMethod.Post, $"/{order}/reject", support);
        Assert.Equal((HttpStatusCode.Conflict, "fraud_review.closed"), (again.Status, (string?)again.Body!["code"]));
        Assert.Equal((1, VeryLarge, 0), await shop.Sandbox.TotalsAsync(order));
    }

    [Fact]
    public async Task a_refused_review_declines_the_payment_and_nothing_was_charged()
    {
        var order = await shop.PlaceAsync("tok_approve", VeryLarge);

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Post, $"/{order}/reject", await shop.TokenOf("admin"))).Status);

        Assert.Equal("fraud_rejected", (string?)(await shop.HearsAsync(order, "payment_declined"))["code"]);
        Assert.Equal((0, 0, 0), await shop.Sandbox.TotalsAsync(order));
    }

    [Fact]
    public async Task a_payment_under_review_ends_with_its_order()
    {
        var order = await shop.PlaceAsync("tok_approve", VeryLarge);

        await shop.CancelAsync(order, "unpaid");

        Assert.Equal(PaymentStatus.Voided, (await shop.FindAsync(order))!.Status);
        Assert.Equal(HttpStatusCode.Conflict,
            (await SendAsync(HttpMethod.Post, $"/{order}/approve", await shop.TokenOf("support"))).Status);
    }

    [Fact]
    public async Task every_review_is_on_one_page_only()
    {
        var orders = new List<Guid>();
        for (var i = 0; i < 4; i++) orders.Add(await shop.PlaceAsync("tok_approve", VeryLarge));
        var support = await shop.TokenOf("support");

        var seen = new List<Guid>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await SendAsync(HttpMethod.Get, $"?limit=1&cursor={cursor}", support)).Body!;
            seen.AddRange(page["items"]!.AsArray().Select(x => (Guid)x!["orderId"]!));
            cursor = (string?)page["nextCursor"];
            Assert.Equal(seen.Distinct(), seen);
        }

        Assert.Equal(orders, seen.Where(orders.Contains));
    }

    [Fact]
    public async Task reviews_are_for_support_alone()
    {
        var order = await shop.PlaceAsync("tok_approve", VeryLarge);

        foreach (var role in new[] { "guest", "customer", "merchandiser" })
        {
            var token = await shop.TokenOf(role);
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Get, "", token)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Post, $"/{order}/approve", token)).Status);
        }

        Assert.Equal(HttpStatusCode.NotFound,
            (await SendAsync(HttpMethod.Post, $"/{Guid.CreateVersion7()}/approve", await shop.TokenOf("support"))).Status);
        foreach (var wrong in new[] { "?limit=0", $"?cursor={order}" })
            Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Get, wrong, await shop.TokenOf("support"))).Status);
        Assert.Equal(PaymentStatus.InReview, (await shop.FindAsync(order))!.Status);
    }

    [Fact]
    public async Task the_history_of_a_busy_shopper_is_counted_only_as_far_as_it_matters()
    {
        const int enough = 500;
        var (subject, email, now) = (Guid.CreateVersion7(), $"{Guid.NewGuid():N}@example.com", DateTimeOffset.UtcNow);
        await using (var session = shop.Store.LightweightSession())
        {
            var fingerprint = session.BlindIndexesOf(email)[0].Split(':')[^1];
            for (var i = 0; i < enough + 20; i++)
            {
                session.Store(new OrderPayment
                {
                    Id = Guid.CreateVersion7(),
                    Subject = subject,
                    EmailFingerprint = fingerprint,
                    RequestedAt = now,
                    ChangedAt = now,
                    Status = PaymentStatus.Declined,
                    Declines = 1,
                });
            }

            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await using var query = shop.Store.QuerySession();
        var history = await query.FraudHistoryAsync(subject, email, now, TestContext.Current.CancellationToken);

        Assert.Equal((enough, enough, enough), (history.BySubject, history.ByEmail, history.DeclinedBySubject));
        Assert.Equal((0, 0), await query.FraudHistoryAsync(Guid.CreateVersion7(), null, now, TestContext.Current.CancellationToken)
            is { } nobody ? (nobody.BySubject, nobody.ByEmail) : default);
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string token)
    {
        using var request = new HttpRequestMessage(method, $"/api/admin/fraud-reviews{path}")
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        using var response = await shop.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
