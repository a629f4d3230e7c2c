using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Aarya.Drill;

/// <summary>Runs one shopper's story after another, and reports what was not as expected.</summary>
internal sealed class Shopper(Street street)
{
    // Longer than any fault. An order that is not settled by then is checked in the books at the end.
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromSeconds(90);

    // How long a used refresh token is certainly still accepted.
    private static readonly TimeSpan RefreshGrace = TimeSpan.FromSeconds(8);

    private Client client = street.NewClient();

    /// <summary>Runs stories until cancelled; a story that has begun is finished.</summary>
    public async Task ShopAsync(CancellationToken closing)
    {
        (string Name, int Weight, Func<Task> Tell)[] stories =
        [
            ("a guest buys", 26, () => BuyAsync(GuestAsync, "tok_approve", "confirmed")),
            ("a customer buys", 12, () => AsCustomerAsync(x => BuyAsync(() => Task.FromResult(x), "tok_approve", "confirmed"))),
            ("a customer has it sent to an address of the account", 4, () => AsCustomerAsync(OrderToOwnAddressAsync)),
            ("a guest becomes a customer", 4, BecomeCustomerAsync),
            ("an expired token is refreshed", 7, RefreshAsync),
            ("an ended session is over", 4, EndSessionAsync),
            ("one key is sent three times at once", 8, SendThriceAsync),
            ("two devices order one cart", 4, OrderOnTwoDevicesAsync),
            ("a declined card, then a good one", 8, PayAgainAsync),
            ("a declined card, and no other", 4, GiveUpAsync),
            ("the bank asks and the shopper approves", 5, () => AnswerBankAsync("approve", "confirmed")),
            ("the bank asks and the shopper declines", 2, () => AnswerBankAsync("decline", "declined")),
            ("the bank takes its time", 3, () => BuyAsync(GuestAsync, "tok_pending", "confirmed")),
            ("the provider answers slowly", 2, () => BuyAsync(GuestAsync, "tok_slow", "confirmed")),
            ("a charge is lost on its way", 1, () => BuyAsync(GuestAsync, "tok_timeout_before_charge", "confirmed")),
            ("the answer to a charge is lost", 1, () => BuyAsync(GuestAsync, "tok_timeout_after_charge", "confirmed")),
            ("a paid order is cancelled", 7, () => CancelAsync("tok_approve", "refunded")),
            ("the bank takes no refund", 2, () => CancelAsync("tok_refund_declined", "refund_failed")),
            ("support refunds", 4, RefundAsync),
            ("the last pieces", 6, BuyScarceAsync),
            ("a visitor browses", 4, LookAroundAsync),
        ];
        var all = stories.Sum(x => x.Weight);
        while (!closing.IsCancellationRequested)
        {
            var draw = Random.Shared.Next(all);
            var story = stories.First(x => (draw -= x.Weight) < 0);
            client = street.NewClient();
            try
            {
                await story.Tell();
                street.Witness.Told(story.Name);
            }
            catch (SurpriseException e)
            {
                street.Witness.Surprised($"{story.Name}: {e.Message}");
            }
            catch (Exception e) when (e is NullReferenceException or InvalidOperationException or FormatException or ArgumentException)
            {
                street.Witness.Surprised($"{story.Name}: an answer of an unexpected shape ({e.Message})");
            }
        }
    }

    private async Task BuyAsync(Func<Task<Session>> arrive, string card, string expected)
    {
        var shopper = await arrive();
        await FillCartAsync(shopper);
        var order = await CheckoutAsync(shopper, card);
        await SettledAsync(shopper, order, expected);
    }

    private async Task<Session> GuestAsync() => new((await ExpectAsync(client.PostAsync("/api/auth/guest", new { }))).Body);

    private async Task<Session> LogInAsync(Account account, string? guest = null) =>
        new((await ExpectAsync(client.PostAsync("/api/auth/login", new { account.Email, account.Password }, guest))).Body);

    private async Task<Account> RegisterAsync(string? guest = null)
    {
        var account = new Account($"shopper-{Guid.NewGuid():N}@example.com", $"monsoon {Guid.NewGuid():N}");
        await ExpectAsync(client.PostAsync("/api/auth/register", new { account.Email, account.Password, name = "Asha Rao" }, guest));
        return account;
    }

    private async Task AsCustomerAsync(Func<Session, Task> shop)
    {
        if (!street.Accounts.TryTake(out var account)) account = await RegisterAsync();
        await shop(account.Session = await ComeBackAsync(account));
        // Not after a surprise: what is left in the cart then would surprise the next story.
        street.Accounts.Add(account);
    }

    // Most are still signed in: a login per visit would keep the shop busy with password hashing.
    private async Task<Session> ComeBackAsync(Account account)
    {
        if (account.Session is not { IsOver: false } kept || Random.Shared.Next(5) == 0) return await LogInAsync(account);
        var answer = await client.PostAsync("/api/auth/refresh", new { refreshToken = kept.Refresh });
        if (answer.Code == "auth.refresh_invalid" && answer.Waited > RefreshGrace) return await LogInAsync(account);
        kept.Renewed(Expect(answer).Body);
        return kept;
    }

    private async Task OrderToOwnAddressAsync(Session shopper)
    {
        await FillCartAsync(shopper);
        var address = await ExpectAsync(client.PostAsync("/api/users/me/addresses", Address, shopper.Access, NewKey()));
        var body = new { addressId = (string)address.Body["id"]!, shippingMethod = "standard", paymentToken = "tok_approve" };
        var order = await CheckoutAsync(shopper, body, NewKey());
        await SettledAsync(shopper, order, "confirmed");
    }

    private async Task BecomeCustomerAsync()
    {
        var guest = await GuestAsync();
        await FillCartAsync(guest);
        var account = await RegisterAsync(guest.Access);
        var customer = await LogInAsync(account, guest.Access);
        foreach (var (sku, quantity) in street.Witness.EmptiedCart(guest.Subject))
            street.Witness.PutInCart(customer.Subject, sku, quantity);
        await UntilAsync("the guest's cart to be the customer's", async () =>
            (await ExpectAsync(client.GetAsync("/api/cart", customer.Access))).Body["lines"]!.AsArray().Count > 0);
        var order = await CheckoutAsync(customer, "tok_approve");
        await SettledAsync(customer, order, "confirmed");
        account.Session = customer;
        street.Accounts.Add(account);
    }

    private async Task RefreshAsync()
    {
        var shopper = await GuestAsync();
        await FillCartAsync(shopper);
        var refused = await client.GetAsync("/api/cart", shopper.Expired(street.SigningKey));
        if (refused is not { Status: 401, Code: "auth.token_expired" })
            throw new SurpriseException($"an expired token was answered {refused}");
        // As two tabs at once do, or a client whose answer got lost.
        var body = new { refreshToken = shopper.Refresh };
        var both = await Task.WhenAll(client.PostAsync("/api/auth/refresh", body), client.PostAsync("/api/auth/refresh", body));
        // When a fault delayed one of them, the grace period of the used token may have ended.
        if (both.Any(x => x is { Status: 401, Code: "auth.refresh_invalid" }) && both.Any(x => x.Waited > RefreshGrace)) return;
        foreach (var answer in both) Expect(answer);
        if ((string)both[0].Body["refreshToken"]! != (string)both[1].Body["refreshToken"]! && both.All(x => x.Waited < RefreshGrace))
            throw new SurpriseException("one refresh token had two successors");
        shopper.Renewed(both[0].Body);
        var order = await CheckoutAsync(shopper, "tok_approve");
        await SettledAsync(shopper, order, "confirmed");
    }

    private async Task EndSessionAsync()
    {
        var shopper = await GuestAsync();
        var answer = await client.PostAsync("/api/auth/logout", new { }, shopper.Access);
        // A repeated logout, whose first answer was lost, finds the session ended.
        if (answer is not ({ IsGood: true } or { Status: 401, Attempts: > 1 }))
            throw new SurpriseException($"the logout was answered {answer}");
        await UntilAsync("the ended session's token to be refused", async () =>
            await client.GetAsync("/api/cart", shopper.Access) is { Status: 401, Code: "auth.session_ended" });
    }

    private async Task SendThriceAsync()
    {
        var shopper = await GuestAsync();
        await FillCartAsync(shopper);
        var key = NewKey();
        var body = CheckoutBody("tok_approve");
        var orders = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => CheckoutAsync(shopper, body, key)));
        if (orders.Distinct().Count() != 1) throw new SurpriseException("one key made more than one order");
        await SettledAsync(shopper, orders[0], "confirmed");
        if (await CheckoutAsync(shopper, body, key) != orders[0]) throw new SurpriseException("a repeated key led to another order");
    }

    private async Task OrderOnTwoDevicesAsync() => await AsCustomerAsync(async phone =>
    {
        await FillCartAsync(phone);
        var refreshed = await client.PostAsync("/api/auth/refresh", new { refreshToken = phone.Refresh });
        if (refreshed.Code == "auth.refresh_invalid" && refreshed.Waited > RefreshGrace)
        {
            phone.End();
            return;
        }

        var laptop = new Session(Expect(refreshed).Body);
        var body = CheckoutBody("tok_approve");
        Session[] devices = [phone, laptop];
        var answers = await Task.WhenAll(devices.Select(x => client.PostAsync("/api/checkout", body, x.Access, NewKey())));
        foreach (var answer in answers.Where(x => x.Status == 201)) Acknowledge(phone, answer);
        if (answers.Count(x => x.Status == 201) != 1 || answers.Count(x => x.Code is "cart.ordered" or "cart.empty") != 1)
            throw new SurpriseException($"two checkouts of one cart were answered {answers[0]} and {answers[1]}");
        await SettledAsync(phone, IdOf(answers.Single(x => x.Status == 201)), "confirmed");
        phone.Renewed(refreshed.Body);
    });

    private async Task PayAgainAsync()
    {
        var shopper = await GuestAsync();
        await FillCartAsync(shopper);
        var order = await CheckoutAsync(shopper, "tok_decline_funds");
        if (!await SettledAsync(shopper, order, "declined")) return;
        var card = new { paymentToken = "tok_approve" };
        var answer = await client.PostAsync($"/api/orders/{order}/payment", card, shopper.Access, NewKey());
        // Its time to pay may be over by now.
        if (!answer.IsGood && answer.Code != "order.not_payable") throw new SurpriseException($"the second card was answered {answer}");
        if (answer.IsGood) await SettledAsync(shopper, order, "confirmed");
    }

    // Half of them cancel; the goods of the others are released when the time to pay is over.
    private async Task GiveUpAsync()
    {
        var shopper = await GuestAsync();
        await FillCartAsync(shopper);
        var order = await CheckoutAsync(shopper, "tok_decline_stolen");
        if (!await SettledAsync(shopper, order, "declined") || Random.Shared.Next(2) == 0) return;
        await CancelAsync(shopper, order);
        await SettledAsync(shopper, order, "cancelled");
    }

    private async Task AnswerBankAsync(string result, string expected)
    {
        var shopper = await GuestAsync();
        await FillCartAsync(shopper);
        var order = await CheckoutAsync(shopper, "tok_challenge");
        if (await FollowAsync(shopper, order, "requires_action") is not { } asked) return;
        await BankAsync((string)asked["payment"]!["nextAction"]!["url"]!, result);
        await SettledAsync(shopper, order, expected);
    }

    // The provider serves the bank's page, and may be down too.
    private async Task BankAsync(string url, string result) => await UntilAsync("the bank to take the answer", async () =>
    {
        try
        {
            using var answer = await street.Http.PostAsJsonAsync(new Uri(url), new { result });
            // 409: the bank has an answer already, or the shop has withdrawn its question.
            return (int)answer.StatusCode is 200 or 409;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    });

    private async Task CancelAsync(string card, string expected)
    {
        var shopper = await GuestAsync();
        await FillCartAsync(shopper);
        var order = await CheckoutAsync(shopper, card);
        if (!await SettledAsync(shopper, order, "confirmed")) return;
        await CancelAsync(shopper, order);
        await SettledAsync(shopper, order, expected);
    }

    private async Task CancelAsync(Session shopper, Guid order)
    {
        var answer = await client.PostAsync($"/api/orders/{order}/cancel", new { }, shopper.Access, NewKey());
        if (!answer.IsGood && answer.Code != "order.not_cancellable")
            throw new SurpriseException($"the cancellation was answered {answer}");
    }

    private async Task RefundAsync()
    {
        var shopper = await GuestAsync();
        await FillCartAsync(shopper);
        var order = await CheckoutAsync(shopper, "tok_approve");
        if (!await SettledAsync(shopper, order, "confirmed")) return;
        var (refunds, reason, token) = ($"/api/admin/orders/{order}/refunds", new { reason = "drill" }, await street.Support.TokenAsync());
        var answer = await client.PostAsync(refunds, reason, token, NewKey());
        if (answer.Status == 401)
        {
            street.Support.Forget(token);
            answer = await client.PostAsync(refunds, reason, await street.Support.TokenAsync(), NewKey());
        }

        Expect(answer);
        await SettledAsync(shopper, order, "refunded");
    }

    private async Task BuyScarceAsync()
    {
        var shopper = await GuestAsync();
        var sku = street.Shelf.Scarce[Random.Shared.Next(street.Shelf.Scarce.Count)];
        await PutAsync(shopper, sku, Random.Shared.Next(1, 3));
        var answer = await client.PostAsync("/api/checkout", CheckoutBody("tok_approve"), shopper.Access, NewKey());
        if (answer.Status == 201)
        {
            Acknowledge(shopper, answer);
            await SettledAsync(shopper, IdOf(answer), "confirmed");
            return;
        }

        if (answer is not { Status: 409, Code: "stock.insufficient" })
            throw new SurpriseException($"the checkout of the last pieces was answered {answer}");
        await ExpectAsync(client.DeleteAsync("/api/cart", shopper.Access, NewKey()));
        street.Witness.EmptiedCart(shopper.Subject);
    }

    private async Task LookAroundAsync()
    {
        await ExpectAsync(client.GetAsync("/api/products?limit=20"));
        var found = await ExpectAsync(client.GetAsync("/api/search?q=shirt&limit=5"));
        foreach (var item in found.Body["items"]!.AsArray()) await ExpectAsync(client.GetAsync($"/api/products/{item!["slug"]}"));
    }

    private async Task FillCartAsync(Session shopper)
    {
        for (var lines = Random.Shared.Next(1, 4); lines > 0; lines--)
            await PutAsync(shopper, street.Shelf.Plenty[Random.Shared.Next(street.Shelf.Plenty.Count)], Random.Shared.Next(1, 3));
    }

    private async Task PutAsync(Session shopper, string sku, int quantity)
    {
        var answer = await client.PostAsync("/api/cart/items", new { sku, quantity }, shopper.Access, NewKey());
        if (answer.IsGood) street.Witness.PutInCart(shopper.Subject, sku, quantity);
        // The cart of a customer whose orders failed may be full.
        else if (answer.Code != "cart.line_limit") throw new SurpriseException($"an added line was answered {answer}");
    }

    private static object Address { get; } = new
    {
        name = "Asha Rao",
        line1 = "14 Residency Road",
        city = "Bengaluru",
        state = "Karnataka",
        postalCode = "560025",
        country = "IN",
        phone = "+919845012345",
    };

    private static object CheckoutBody(string card) => new
    {
        shippingAddress = Address,
        shippingMethod = "standard",
        paymentToken = card,
        // Each order has its own e-mail address, as each shopper has.
        email = $"asha-{Guid.NewGuid():N}@example.com",
    };

    private Task<Guid> CheckoutAsync(Session shopper, string card) =>
        CheckoutAsync(shopper, CheckoutBody(card), NewKey(), isPayable: card == "tok_approve");

    private async Task<Guid> CheckoutAsync(Session shopper, object body, string key, bool isPayable = false)
    {
        var answer = await client.PostAsync("/api/checkout", body, shopper.Access, key);
        if (answer.Status != 201) throw new SurpriseException($"the checkout was answered {answer}");
        Acknowledge(shopper, answer, isPayable);
        return IdOf(answer);
    }

    private void Acknowledge(Session shopper, Answer answer, bool isPayable = false) =>
        street.Witness.Acknowledged(new(IdOf(answer), shopper.Subject, answer.Began, answer.Ended, isPayable));

    private static Guid IdOf(Answer answer) => Guid.Parse((string)answer.Body["id"]!);

    /// <summary>False when the order ended otherwise, or did not get there in time because of a fault.</summary>
    private async Task<bool> SettledAsync(Session shopper, Guid order, string expected) =>
        await FollowAsync(shopper, order, expected) is not null;

    // Null is no failure: every order is checked in the books at the end.
    private async Task<JsonNode?> FollowAsync(Session shopper, Guid id, string expected)
    {
        var until = DateTimeOffset.UtcNow + SettlesWithin;
        while (DateTimeOffset.UtcNow < until)
        {
            var order = (await ExpectAsync(client.GetAsync($"/api/orders/{id}?wait=5s", shopper.Access))).Body;
            var (status, payment) = ((string)order["status"]!, (string)order["payment"]!["status"]!);
            if (status is "confirmed") street.Witness.Confirmed(id);
            if (status == expected || payment == expected) return order;
            // Its time to pay ended before it was paid, or the bank's answer came before this client saw the question.
            if (status is "cancelled" && payment is "voided" or "declined" or "refunded") return null;
            // `wait` applies only while the payment is pending; otherwise the answer comes at once.
            if (payment is not "pending") await Task.Delay(200);
        }

        return null;
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> look)
    {
        var until = DateTimeOffset.UtcNow + SettlesWithin;
        while (!await look())
        {
            if (DateTimeOffset.UtcNow > until) throw new SurpriseException($"waited {SettlesWithin.TotalSeconds:0} s for {what}");
            await Task.Delay(200);
        }
    }

    private static async Task<Answer> ExpectAsync(Task<Answer> asking) => Expect(await asking);

    private static Answer Expect(Answer answer) =>
        answer.IsGood ? answer : throw new SurpriseException($"an answer was {answer} {(string?)answer.Body["detail"]}");

    // One key per intention.
    private static string NewKey() => $"{Guid.NewGuid()}";
}
