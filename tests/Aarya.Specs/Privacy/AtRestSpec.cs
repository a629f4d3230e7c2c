using System.Security.Cryptography;
using Aarya.Infrastructure.Security;

namespace Aarya.Specs.Privacy;

/// <summary>What lies in the database and in Redis, before and after a change of keys.</summary>
public sealed class AtRestSpec(WholeShop shop) : IClassFixture<WholeShop>
{
    private const string AllNew = "Everything is sealed with new: the other keys can be dropped.\n";

    private static readonly string Old = $"old:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
    private static readonly string New = $"new:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";

    [Fact]
    public async Task a_dump_of_the_shop_says_nothing_about_who_bought_there_and_a_new_key_replaces_the_old_one()
    {
        using var client = shop.Client();
        var customer = new Customer(client);
        Guid order;
        await using (var running = await shop.StartAsync(Old))
        {
            await customer.RegisterAsync();
            await customer.LogInAsync();
            order = await customer.BuyAsync();

            var kept = await shop.KeptAsync();
            Assert.Empty(kept.PlacesOf(customer.Words));
            // It is all there for who has the key.
            var opened = kept.Opened(new(EncryptionKeys.Parse(Old)));
            Assert.All(customer.Words, x => Assert.NotEmpty(opened.PlacesOf(x)));
            await running.StopAsync();
        }

        await using (var running = await shop.StartAsync($"{New} {Old}"))
        {
            // The shop is open while its keys change.
            await customer.LogInAsync();
            var said = await RotateAsync();
            string[] places = ["core.mt_doc_user.data", "commerce.mt_doc_order.data", "commerce.mt_events.data", "commerce.idempotency_key.body", "content.mt_doc_emailmessage.data"];
            Assert.All(places, x => Assert.Contains(x, said, StringComparison.Ordinal));
            await running.StopAsync();
        }

        await using (var running = await shop.StartAsync(New))
        {
            await customer.LogInAsync();
            Assert.Equal("77 Zephyrine Terrace", (await customer.OrderAsync(order)).GetProperty("shippingAddress").GetProperty("line1").GetString());
            Assert.Contains(await customer.MailsAsync(), x => x.GetProperty("text").GetString()!.Contains(Customer.Name, StringComparison.Ordinal));
            await running.StopAsync();
        }

        Assert.Equal(AllNew, (await shop.RunAsync(New, "rotate-keys")).Output);
        Assert.Empty((await shop.KeptAsync()).PlacesOf("index:old:"));
    }

    /// <summary>What the command said, run until nothing in a stream has still to be handled.</summary>
    private async Task<string> RotateAsync()
    {
        var said = "";
        await Customer.UntilAsync("all to be sealed with the new key", async () =>
        {
            var run = await shop.RunAsync($"{New} {Old}", "rotate-keys");
            Assert.Empty(run.Error);
            said += run.Output;
            return run.ExitCode == 0;
        });
        Assert.EndsWith(AllNew, said, StringComparison.Ordinal);
        return said;
    }
}
