using System.Text.Json;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Links;
using Aarya.Features.Commerce.Store;
using Aarya.Features.Content.Notifications;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Orders.Links;

/// <summary>An order is looked up by its number and e-mail address when the token that placed it is lost.</summary>
[StoryOf(typeof(OpenOrderLinkEndpoint), typeof(SendOrderLinkHandler), typeof(WriteOrderLinkHandler))]
public sealed class LookUpOrderSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly string email = $"asha.{Guid.NewGuid():N}@example.com";

    [Fact]
    public async Task the_owner_of_the_order_s_address_opens_it_by_a_mailed_link()
    {
        var order = await PlacedAsync();

        var typed = order.Number.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal);
        var (answer, asked) = await LookUpAsync($" {typed} ", $" {email.ToUpperInvariant()} ");

        Assert.Equal("", answer.Is(202).Text);
        var link = Assert.Single(asked);
        Assert.Equal((order.Id, order.Number, email), (link.OrderId, link.Number, link.Email));
        for (var i = 0; i < 2; i++)
        {
            var opened = (await OpenAsync(TokenOf(link))).Is(200);
            Assert.Equal(order.Id, opened["order"].GetProperty("id").GetGuid());
            Assert.Equal(email, opened["order"].GetProperty("email").GetString());
            Assert.Equal("placed", opened["timeline"][0].GetProperty("kind").GetString());
            Assert.True(opened.Headers.CacheControl!.NoStore);
        }

        Assert.DoesNotContain(TokenOf(link), await KeptAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(TokenOf(link), $"{link}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task right_and_wrong_get_one_answer_and_only_the_right_one_a_mail()
    {
        var order = await PlacedAsync();
        var wrong = order.Number[..^1] + (order.Number[^1] == '0' ? '1' : '0');

        (string, string)[] tried = [(order.Number, "rao@example.com"), (wrong, email), ("AA-0000000", email), ("order", email)];
        foreach (var (number, address) in tried)
        {
            var (answer, asked) = await LookUpAsync(number, address);
            Assert.Equal("", answer.Is(202).Text);
            Assert.Empty(asked);
        }

        Assert.Single((await LookUpAsync(order.Number, email)).Asked);
    }

    [Fact]
    public async Task a_mailbox_gets_three_links_an_hour_however_many_ask_at_once()
    {
        var (first, second) = (await PlacedAsync(), await PlacedAsync());
        using var stranger = Shopper.WithoutToken(Host);
        var bodies = Enumerable.Range(0, 8).Select(i => Ask((i % 2 == 0 ? first : second).Number, email));
        var messages = await Host.ExecuteAndWaitAsync(
            () => Task.WhenAll(bodies.Select(x => stranger.PostAsync("/api/orders/lookup", x))), 60_000);

        Assert.Equal(SendOrderLinkHandler.MostMails, messages.Sent.MessagesOf<OrderLinkAskedNotice>().Count());
        Assert.Empty((await LookUpAsync(first.Number, email)).Asked);
    }

    [Fact]
    public async Task a_link_that_is_over_or_was_never_sent_opens_nothing()
    {
        var order = await PlacedAsync();
        var token = OrderLink.NewToken();
        await using (var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession())
        {
            var over = DateTimeOffset.UtcNow.AddSeconds(-1);
            var hash = OrderLink.HashOf(token);
            session.Store(new OrderLink { Id = Guid.CreateVersion7(), OrderId = order.Id, TokenHash = hash, ExpiresAt = over });
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        foreach (var nothing in new[] { token, OrderLink.NewToken(), "x", order.Number })
            (await OpenAsync(nothing)).Is(400, "order.link_invalid").Names("token");
    }

    [Fact]
    public async Task what_is_wrong_with_a_look_up_is_named()
    {
        using var stranger = Shopper.WithoutToken(Host);
        (await stranger.PostAsync("/api/orders/lookup", new { })).Names("number", "email");
        (await stranger.PostAsync("/api/orders/lookup", Ask(" ", "a b@c"))).Names("number", "email");
        (await stranger.PostAsync("/api/orders/lookup", Ask("AA\n1", "foo@bar..com"))).Names("number", "email");
        (await stranger.PostAsync("/api/orders/lookup", Ask(new('A', 41), email))).Names("number");
        (await stranger.PostAsync("/api/orders/lookup", new { number = 7, email })).Names("number");
        (await stranger.PostAsync("/api/orders/lookup/open", new { })).Names("token");
        (await stranger.PostAsync("/api/orders/lookup/open", new { token = new string('x', 44) })).Names("token");
    }

    [Fact]
    public async Task the_mail_carries_the_link_and_is_the_order_s()
    {
        var asked = new Features.Content.Contracts.OrderLinkAskedNotice(
            Guid.CreateVersion7(), Guid.CreateVersion7(), "AA-7K2M9Q4", Guid.CreateVersion7(), email, "Asha Rao",
            "https://aarya.example/orders/lookup#token=x", DateTimeOffset.UtcNow);

        await Host.InvokeMessageAndWaitAsync(asked);

        var mail = await Host.MailAsync(asked.LinkId);

        Assert.Equal((email, asked.OrderId, true), (mail.To, mail.OrderId, mail.HoldsLink));
        Assert.Contains(asked.Link, mail.Text, StringComparison.Ordinal);
        Assert.Contains("AA-7K2M9Q4", mail.Subject, StringComparison.Ordinal);
    }

    private async Task<OrderView> PlacedAsync()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());
        var order = new { shippingAddress = SampleAddresses.Bengaluru, shippingMethod = "standard", paymentToken = "tok_approve", email };
        return (await shopper.PostAsync("/api/checkout", order, Guid.NewGuid().ToString())).Is(201).As<OrderView>();
    }

    private async Task<(Answer Answer, IReadOnlyList<OrderLinkAskedNotice> Asked)> LookUpAsync(string number, string address)
    {
        using var stranger = Shopper.WithoutToken(Host);
        Answer answer = null!;
        var body = Ask(number, address);
        var messages = await Host.ExecuteAndWaitAsync(async () => answer = await stranger.PostAsync("/api/orders/lookup", body), 30_000);
        return (answer, [.. messages.Sent.MessagesOf<OrderLinkAskedNotice>()]);
    }

    private async Task<Answer> OpenAsync(string token)
    {
        using var stranger = Shopper.WithoutToken(Host);
        return await stranger.PostAsync("/api/orders/lookup/open", new { token });
    }

    private async Task<string> KeptAsync()
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        return JsonSerializer.Serialize(await session.Query<OrderLink>().ToListAsync(TestContext.Current.CancellationToken));
    }

    private static object Ask(string number, string address) => new { number, email = address };

    private static string TokenOf(OrderLinkAskedNotice asked) => asked.Link.Split("#token=")[1];
}
