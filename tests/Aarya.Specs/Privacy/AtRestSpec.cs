using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Privacy;
using Aarya.Specs.Support;
using Wolverine.Runtime.Serialization;

namespace Aarya.Specs.Privacy;

/// <summary>What the database and Redis store, before and after a change of keys.</summary>
public sealed class AtRestSpec(WholeShop shop) : IClassFixture<WholeShop>
{
    private const string AllNew = "Everything is sealed with new: the other keys can be dropped.\n";

    private const string InClear = "meenakshi@from-before.example";

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
            var key = await customer.FillAccountAsync();
            order = await customer.BuyAsync();

            var archived = await shop.RunAsync(Old, "compact", "--once");
            Assert.True(archived.ExitCode == 0, archived.Output + archived.Error);
            var kept = await shop.KeptAsync();
            Assert.Empty(kept.PlacesOf([.. customer.Words, key]));
            // With the key all of it can be read.
            var opened = kept.Opened(new(EncryptionKeys.Parse(Old)));
            Assert.All(customer.Words, x => Assert.NotEmpty(opened.PlacesOf(x)));
            Assert.Contains(opened.PlacesOf(customer.Email), x => x.Contains("in content.event_archive_", StringComparison.Ordinal));
            await running.StopAsync();
        }

        var letter = await shop.KeepDeadLetterAsync("commerce", new Sealer(EncryptionKeys.Parse(Old)).Seal("Vasundhara"));
        await KeepInClearAsync(customer.Id);
        // A client may send an Idempotency-Key that looks like a sealed value.
        await shop.AskAsync("""
            update commerce.idempotency_key set key = 'sealed:old:' || repeat('A', 40)
            where ctid = (select ctid from commerce.idempotency_key limit 1) returning 1
            """);

        await using (var running = await shop.StartAsync($"{New} {Old}"))
        {
            // The shop is open while its keys change.
            await customer.LogInAsync();
            var said = await RotateAsync();
            string[] places = ["core.mt_doc_user.data", "commerce.mt_doc_order.data", "commerce.mt_events.data",
                "commerce.idempotency_key.body", "commerce.wolverine_dead_letters.body", "content.mt_doc_emailmessage.data",
                "content.event_archive_"];
            Assert.All(places, x => Assert.Contains(x, said, StringComparison.Ordinal));
            await running.StopAsync();
        }

        await using (var running = await shop.StartAsync(New))
        {
            await customer.LogInAsync();
            Assert.Equal("77 Zephyrine Terrace",
                (await customer.OrderAsync(order)).GetProperty("shippingAddress").GetProperty("line1").GetString());
            Assert.Contains(await customer.MailsAsync(),
                x => x.GetProperty("text").GetString()!.Contains(Customer.Name, StringComparison.Ordinal));
            await LogInAsync(client, InClear);
            await running.StopAsync();
        }

        Assert.Empty((await shop.KeptAsync()).PlacesOf(InClear));
        var body = (byte[])(await shop.AskAsync("select body from commerce.wolverine_dead_letters where id = $1", letter))!;
        var envelope = EnvelopeSerializer.Deserialize(body);
        Assert.Equal((letter, "Vasundhara"),
            (envelope.Id, new Sealer(EncryptionKeys.Parse(New)).Open(Encoding.UTF8.GetString(envelope.Data!))));
        Assert.Equal(AllNew, (await shop.RunAsync(New, "rotate-keys")).Output);
        Assert.Empty((await shop.KeptAsync()).PlacesOf("index:old:"));
        Assert.Equal(0, await shop.CountAsync("select count(*) from content.event_archive where body not like 'sealed:new:%'"));
    }

    /// <summary>Another account with the same password, stored unsealed as by earlier versions.</summary>
    private Task KeepInClearAsync(Guid like) => shop.AskAsync(
        """
        insert into core.mt_doc_user
        select (jsonb_populate_record(x, jsonb_build_object(
          'id', $2, 'data', (x.data - 'emailIndex') || jsonb_build_object('id', $2, 'email', $3)))).*
        from core.mt_doc_user x where id = $1
        """, like, Guid.NewGuid(), InClear);

    private static async Task LogInAsync(HttpClient client, string email)
    {
        using var answer =
            await client.PostAsJsonAsync(new Uri("/api/auth/login", UriKind.Relative), new { email, password = Customer.Password },
                TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
    }

    /// <summary>Runs the command until the streams hold nothing to be handled, and returns its output.</summary>
    private async Task<string> RotateAsync()
    {
        var said = "";
        await Eventually.HoldsAsync("all to be sealed with the new key", async () =>
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
