using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Content.Compaction;

/// <summary>A context whose database was restored from a backup gets the events since then again, and nothing takes effect twice.</summary>
public sealed class StreamsCommandSpec
{
    private const string Operator = "content,search";

    [Fact]
    public async Task what_a_restored_context_has_missed_is_replayed_once()
    {
        await using var shop = await SplitShop.StartAsync($"{ActiveRoles.Gateway},core,content", "commerce,payment,search");
        using var staff = await shop.StaffAsync("merchandiser", "admin");
        var from = $"{DateTimeOffset.UtcNow.AddHours(-1):O}";
        foreach (var sku in new[] { "KRT-AGAIN-1", "KRT-AGAIN-2", "KRT-AGAIN-3" }) await staff.PublishKurtaAsync(sku);
        await Eventually.HoldsAsync("three products in the index", async () => await shop.CountAsync("search.product") == 3);
        await Eventually.HoldsAsync("nothing is under way", async () =>
            await shop.CountAsync("search.processed_event") >= 3 && await shop.CountAsync("commerce.wolverine_outgoing_envelopes") == 0);
        string[] replay = ["streams", "replay", "--stream", "product_events", "--group", "search", "--from", from];
        var (_, before) = await shop.CommandAsync(Operator, replay);
        Assert.Contains("\n0 deliveries were handed over", before, StringComparison.Ordinal);

        // As after the restore of a backup that was made before the products.
        await shop.ExecuteAsync("delete from search.product; delete from search.processed_event");
        var (exit, output) = await shop.CommandAsync(Operator, replay);
        Assert.True(exit == 0 && !output.Contains("\n0 deliveries were handed over", StringComparison.Ordinal), output);
        await Eventually.HoldsAsync("three products in the index", async () => await shop.CountAsync("search.product") == 3);
        await Eventually.HoldsAsync("the inbox is empty", async () =>
            await shop.CountAsync("search.wolverine_incoming_envelopes where status = 'Incoming'") == 0);

        (_, output) = await shop.CommandAsync(Operator, replay);
        Assert.Contains("\n0 deliveries were handed over", output, StringComparison.Ordinal);
        Assert.Equal(0, await shop.CountAsync("search.wolverine_dead_letters"));
        await Eventually.HoldsAsync("the operator's records", async () => (await SplitShop.SendAsync(
                staff, HttpMethod.Get, "/api/admin/audit?action=stream.replayed&target=product_events"))
            .GetProperty("items").GetArrayLength() == 3);
    }

    [Fact]
    public async Task lost_purchases_are_rebuilt_without_those_that_were_refunded_and_nothing_else_happens_again()
    {
        const string Sku = "KRT-REBUILT";
        await using var shop = await SplitShop.StartAsync(ActiveRoles.All);
        using var staff = await shop.StaffAsync("merchandiser", "support", "admin");
        await staff.PublishKurtaAsync(Sku, stock: 10);
        List<string> orders = [];
        for (var i = 0; i < 3; i++)
        {
            using var guest = await shop.GuestWithAsync(Sku);
            orders.Add((await SplitShop.OrderAsync(guest, "tok_approve", $"rebuilt-{i}")).GetProperty("id").GetString()!);
        }

        await Eventually.HoldsAsync("three purchases", async () => await shop.CountAsync("search.purchase") == 3);
        await staff.RefundAsync(orders[1]);
        const string Kept = "search.purchase where product_id is not null and quantity = 1";
        await Eventually.HoldsAsync("two of them are not refunded", async () => await shop.CountAsync(Kept) == 2);
        await Eventually.HoldsAsync("nothing is under way", async () =>
            await shop.CountAsync("commerce.wolverine_outgoing_envelopes") == 0
            && await shop.CountAsync("payment.wolverine_outgoing_envelopes") == 0
            && await shop.CountAsync("content.wolverine_incoming_envelopes where status = 'Incoming'") == 0);
        var mails = await shop.CountAsync("content.mt_doc_emailmessage");

        // What was refunded is no longer known either, as after its retention.
        await shop.ExecuteAsync("delete from search.purchase; delete from search.order_change");
        string[] replay = ["streams", "replay", "--stream", "order_events", "--group", "search", "--from", "2026-01-01"];
        var (_, refused) = await shop.CommandAsync(Operator, [.. replay[..^1], $"{DateTimeOffset.UtcNow.AddHours(-1):O}"]);
        Assert.Contains("\n0 deliveries were handed over", refused, StringComparison.Ordinal);
        var (exit, output) = await shop.CommandAsync(Operator, [.. replay, "--again"]);
        Assert.True(exit == 0, output);
        await Eventually.HoldsAsync("the inbox is empty", async () =>
            await shop.CountAsync("search.wolverine_incoming_envelopes where status = 'Incoming'") == 0);

        await Eventually.HoldsAsync("the two are back", async () => await shop.CountAsync(Kept) == 2);
        Assert.Equal(0, await shop.CountAsync($"search.purchase where order_id = '{orders[1]}'"));
        Assert.Equal(0, await shop.CountAsync("search.wolverine_dead_letters"));
        Assert.Equal(mails, await shop.CountAsync("content.mt_doc_emailmessage"));
    }

    [Fact]
    public async Task what_cannot_be_replayed_is_refused_by_name()
    {
        await using var shop = await SplitShop.StartAsync();
        var (from, old) = ($"{DateTimeOffset.UtcNow.AddDays(-1):O}", $"{DateTimeOffset.UtcNow.AddDays(-35):O}");
        foreach (var (roles, arguments, names) in new[]
        {
            (Operator, $"replay --stream orders --group search --from {from}", "--stream"),
            (Operator, $"replay --stream product_events --group payment --from {from}", "--group"),
            (Operator, $"replay --stream order_events --group payment --from {from}", "AARYA_ROLES"),
            ("search", $"replay --stream product_events --group search --from {from}", "AARYA_ROLES"),
            (Operator, "replay --stream product_events --group search", "--from"),
            (Operator, "replay --stream product_events --group search --from yesterday", "--from"),
            (Operator, $"replay --stream product_events --group search --from {old}", "--from"),
            (Operator, $"replay --stream product_events --group search --from {from} --to {from}", "--to"),
            (Operator, $"replay --stream order_events --group content --again --from {from}", "--again"),
            (Operator, $"replay --stream product_events --group search --again --from {from}", "--again"),
            (Operator, $"replay --stream order_events --group search --again --from {old} --to {from}", "--to"),
            (Operator, "forget", "forget"),
        })
        {
            var (exit, output) = await shop.CommandAsync(roles, ["streams", .. arguments.Split(' ')]);
            Assert.True(exit == 1 && output.Contains("aarya: ", StringComparison.Ordinal), $"{arguments}: {exit} {output}");
            Assert.Contains(names, output, StringComparison.Ordinal);
        }
    }
}
