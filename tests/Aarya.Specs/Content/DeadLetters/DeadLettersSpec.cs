using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aarya.Features.Content.DeadLetters;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Wolverine;
using Wolverine.Runtime.Serialization;

namespace Aarya.Specs.Content.DeadLetters;

using Roles = Features.Roles;

/// <summary>
/// The messages that contexts could not handle: staff see them in one list, handle them again or discard them, wherever the context runs,
/// and the audit trail has each of these acts.
/// </summary>
[StoryOf(typeof(ListDeadLettersEndpoint), typeof(GetDeadLetterEndpoint), typeof(ReplayDeadLetterEndpoint),
    typeof(ReplayDeadLettersEndpoint), typeof(DiscardDeadLetterEndpoint), typeof(SettleLettersHandler))]
public sealed class DeadLettersSpec
{
    private const string Here = $"{ActiveRoles.Gateway},core,content";
    private const string Elsewhere = "commerce,payment,search";
    private const string List = "/api/admin/dead-letters";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task an_event_that_search_could_not_handle_is_found_and_handled_again_in_one_process() =>
        ReplayAsync($"{ActiveRoles.Gateway},{string.Join(',', Roles.Contexts)}");

    [Fact]
    public Task an_event_that_search_could_not_handle_is_found_and_handled_again_in_another_process() => ReplayAsync(Here, Elsewhere);

    private static async Task ReplayAsync(params string[] processes)
    {
        await using var shop = await SplitShop.StartAsync(processes);
        using var staff = await shop.StaffAsync("merchandiser", "admin");
        // Not an outage: the statement can never succeed while the table is missing.
        await shop.ExecuteAsync("alter table search.product rename to product_away");
        string[] products = [await staff.PublishKurtaAsync("KRT-DEAD-1"), await staff.PublishKurtaAsync("KRT-DEAD-2")];
        await Eventually.HoldsAsync("two letters", async () => (await ListAsync(staff, "?context=search")).Items.Count >= 2);

        var page = await ListAsync(staff, "?limit=1");
        var first = Assert.Single(page.Items);
        var second = Assert.Single((await ListAsync(staff, $"?limit=1&cursor={page.NextCursor}")).Items);
        Assert.NotEqual(first.Id, second.Id);
        Assert.All([first, second], x =>
        {
            Assert.Equal("search", x.Context);
            Assert.Contains("commerce.product_published.v1", x.Message, StringComparison.Ordinal);
            Assert.StartsWith("product_events/search", x.Reader, StringComparison.Ordinal);
            Assert.Contains("\"search.product\" does not exist", x.Error, StringComparison.Ordinal);
            Assert.InRange(x.Attempts, 1, 5);
        });
        Assert.True(first.SentAt >= second.SentAt);
        Assert.Equal(Roles.Contexts.Order(StringComparer.Ordinal), page.Contexts.Select(x => x.Context));
        Assert.All(page.Contexts, x => Assert.True(x.Answers));
        Assert.Equal(2, page.Contexts.Single(x => x.Context == "search").Letters);
        var whole = await SplitShop.SendAsync(staff, HttpMethod.Get, $"{List}/search/{first.Id}");
        Assert.Contains(whole.GetProperty("body").GetProperty("productId").GetString(), products);
        Assert.Empty((await ListAsync(staff, "?message=search.another")).Items);

        var (exit, listed) = await shop.CommandAsync(processes[0], "dead-letters", "list");
        Assert.True(exit == 0 && listed.Contains("search: 2 dead letters", StringComparison.Ordinal), listed);
        await IsForAdministratorsAsync(shop, first.Id);

        // Before the cause is mended, the message fails again, and is a dead letter as before.
        await SplitShop.SendAsync(staff, HttpMethod.Post, $"{List}/search/{first.Id}/replay");
        await IsAuditedAsync(staff, "dead_letter.replayed", ("context", "search"), ("message", first.Message));
        await Eventually.HoldsAsync("the letter has gone", async () => await shop.CountAsync(
            $"search.wolverine_dead_letters where id = '{first.MessageId}' and not replayable") == 0);
        await Eventually.HoldsAsync("the letter is back", async () =>
            (await ListAsync(staff, "?context=search")).Items is { Count: 2 } letters && letters.All(x => !x.Replaying));

        // Nor does a message that cannot be read go to another context, or get lost.
        await KeepAsync(shop, "search", Guid.NewGuid(), "{}", second.Message, $"redis-stream://stream/{second.Reader}");
        var unreadable = (await ListAsync(staff, "?context=search&errorType=Specs.Failure")).Items.Single();
        await SplitShop.SendAsync(staff, HttpMethod.Post, $"{List}/search/{unreadable.Id}/replay");
        await Eventually.HoldsAsync("the unreadable letter has failed again", async () =>
            (await ListAsync(staff, "?context=search")).Items.Any(x => x.Id == unreadable.Id && x.ErrorType != "Specs.Failure"));
        await SplitShop.SendAsync(staff, HttpMethod.Post, $"{List}/search/{unreadable.Id}/discard", new { reason = "unreadable" });
        await Eventually.HoldsAsync("it is gone", async () => (await ListAsync(staff, "?context=search")).Items.Count == 2);

        await shop.ExecuteAsync("alter table search.product_away rename to product");
        await SplitShop.SendAsync(staff, HttpMethod.Post, $"{List}/search/{first.Id}/replay");
        await Eventually.HoldsAsync("one letter is left", async () =>
            (await ListAsync(staff, "")).Items is [var left] && left.Id == second.Id);
        var replayed = await SplitShop.SendAsync(
            staff, HttpMethod.Post, $"{List}/replay", new { context = "search", message = second.Message, errorType = second.ErrorType });
        Assert.Equal(1, replayed.GetProperty("letters").GetInt64());
        await Eventually.HoldsAsync("no letter is left", async () => (await ListAsync(staff, "")).Items.Count == 0);

        await Eventually.HoldsAsync("both products are found", async () =>
            (await SplitShop.SendAsync(staff, HttpMethod.Get, $"/api/search?q=kurta&limit={Random.Shared.Next(5, 50)}"))
            .GetProperty("total").GetInt64() == 2);
        await Eventually.HoldsAsync("the inbox is empty", async () =>
            await shop.CountAsync("search.wolverine_incoming_envelopes where status = 'Incoming'") == 0);
        await IsAuditedAsync(staff, "dead_letter.kind_replayed", ("context", "search"), ("letters", "1"));
        // Nothing is left to replay: nothing is recorded.
        replayed = await SplitShop.SendAsync(
            staff, HttpMethod.Post, $"{List}/replay", new { context = "search", message = second.Message });
        Assert.Equal(0, replayed.GetProperty("letters").GetInt64());
    }

    [Fact]
    public async Task a_letter_shows_no_personal_value_and_is_discarded_with_a_reason()
    {
        await using var shop = await SplitShop.StartAsync(Here, Elsewhere);
        using var staff = await shop.StaffAsync("admin");
        var message = Guid.NewGuid();
        var sealedValue = $"sealed:k1:{new string('A', 60)}";
        await KeepAsync(shop, "payment", message, $$"""{"orderId":"{{message}}","email":"{{sealedValue}}","note":"fragile"}""");
        await KeepAsync(shop, "commerce", Guid.NewGuid(), "no JSON");

        var letter = (await ListAsync(staff, "?context=payment")).Items.Single();
        var whole = await SplitShop.SendAsync(staff, HttpMethod.Get, $"{List}/payment/{letter.Id}");
        Assert.Equal($$"""{"orderId":"{{message}}","email":"(sealed)","note":"fragile"}""", whole.GetProperty("body").GetRawText());
        var other = (await ListAsync(staff, "?context=commerce")).Items.Single();
        whole = await SplitShop.SendAsync(staff, HttpMethod.Get, $"{List}/commerce/{other.Id}");
        Assert.False(whole.TryGetProperty("body", out _));

        await RefusesAsync(staff, HttpStatusCode.BadRequest, $"{List}/payment/{letter.Id}/discard", new { reason = "" }, "reason");
        await RefusesAsync(
            staff, HttpStatusCode.BadRequest, $"{List}/payment/{letter.Id}/discard", new { reason = new string('x', 301) }, "reason");
        await RefusesAsync(
            staff, HttpStatusCode.BadRequest, $"{List}/replay", new { context = "shipping", message = "payment.x" }, "context");
        await RefusesAsync(staff, HttpStatusCode.BadRequest, $"{List}/replay", new { context = "payment", message = "" }, "message");
        // Its letter, in another context; a letter and a context that do not exist; no id.
        foreach (var path in new[]
        {
            $"commerce/{letter.Id}", $"payment/{Guid.NewGuid()}", $"shipping/{letter.Id}", $"payment/{Guid.Empty}",
        })
        {
            await RefusesAsync(staff, HttpStatusCode.NotFound, $"{List}/{path}/replay", null);
            await RefusesAsync(staff, HttpStatusCode.NotFound, $"{List}/{path}/discard", new { reason = "a test" });
        }

        Assert.Equal(2, (await ListAsync(staff, "")).Items.Count);
        await SplitShop.SendAsync(staff, HttpMethod.Post, $"{List}/payment/{letter.Id}/discard", new { reason = "the order was a test" });
        await Eventually.HoldsAsync("the letter is gone", async () => (await ListAsync(staff, "?context=payment")).Items.Count == 0);
        await IsAuditedAsync(
            staff, "dead_letter.discarded", ("context", "payment"), ("reason", "the order was a test"), ("error_type", "Specs.Failure"));

        var (_, listed) = await shop.CommandAsync(Here, "dead-letters", "list");
        Assert.Contains("payment: 0 dead letters", listed, StringComparison.Ordinal);
        Assert.Contains($"{other.Id}", listed, StringComparison.Ordinal);
        var (_, shown) = await shop.CommandAsync(Here, "dead-letters", "show", "--context", "commerce", "--id", $"{other.Id}");
        Assert.Contains("Specs.Failure: It failed.", shown, StringComparison.Ordinal);
        foreach (var refused in new[]
        {
            "discard --context commerce --id ID", "discard --context commerce --id ID --reason LONG",
            "discard --reason tried --context commerce", "discard --reason tried --id ID",
            "replay --context commerce", "replay --message x", "show --context shipping --id ID", "erase", "list --context shipping",
        })
        {
            var words = refused.Replace("ID", $"{other.Id}", StringComparison.Ordinal)
                .Replace("LONG", new string('x', 301), StringComparison.Ordinal).Split(' ');
            var (exit, output) = await shop.CommandAsync(Here, ["dead-letters", .. words]);
            Assert.True(exit == 1 && output.Contains("aarya: ", StringComparison.Ordinal), $"{refused}: {exit} {output}");
        }

        Assert.Equal(0, (await shop.CommandAsync(
            Here, "dead-letters", "discard", "--context", "commerce", "--id", $"{other.Id}", "--reason", "tried")).ExitCode);
        Assert.Empty((await ListAsync(staff, "")).Items);
        await Eventually.HoldsAsync("the operator's record", async () => (await SplitShop.SendAsync(
                staff, HttpMethod.Get, $"/api/admin/audit?action=dead_letter.discarded&actor={Guid.Empty}"))
            .GetProperty("items").EnumerateArray().Any(x => x.GetProperty("details").GetProperty("reason").GetString() == "tried"));

        // The letters of the others are still listed when a context is away.
        await KeepAsync(shop, "content", Guid.NewGuid(), "{}");
        await shop.Role(Elsewhere).KillAsync();
        var page = await ListAsync(staff, "");
        Assert.Equal("content", Assert.Single(page.Items).Context);
        Assert.Equal(["commerce", "payment", "search"], page.Contexts.Where(x => !x.Answers).Select(x => x.Context));
        await RefusesAsync(staff, HttpStatusCode.ServiceUnavailable, $"{List}/commerce/{other.Id}/replay", null);
    }

    private static async Task IsForAdministratorsAsync(SplitShop shop, Guid letter)
    {
        foreach (var role in new[] { "support", "merchandiser" })
        {
            using var other = await shop.StaffAsync(role);
            foreach (var path in new[] { List, $"{List}/search/{letter}" })
            {
                using var answer = await other.GetAsync(path, Cancel);
                Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            }

            await RefusesAsync(other, HttpStatusCode.Forbidden, $"{List}/search/{letter}/replay", null);
            await RefusesAsync(other, HttpStatusCode.Forbidden, $"{List}/search/{letter}/discard", new { reason = "a test" });
            await RefusesAsync(other, HttpStatusCode.Forbidden, $"{List}/replay", new { context = "search", message = "x" });
        }
    }

    private static Task KeepAsync(
        SplitShop shop, string context, Guid id, string text, string? message = null, string receivedAt = "local://nowhere")
    {
        var envelope = new Envelope
        {
            Id = id,
            MessageType = message ?? $"{context}.message",
            ContentType = "application/json",
            Destination = new(receivedAt),
            Attempts = 5,
            Data = Encoding.UTF8.GetBytes(text),
        };
        return shop.ExecuteAsync($"""
            insert into {context}.wolverine_dead_letters
              (id, message_type, body, received_at, exception_type, exception_message, sent_at, replayable)
            values ($1, $2, $3, $4, 'Specs.Failure', 'It failed.', now(), false)
            """, id, envelope.MessageType, EnvelopeSerializer.Serialize(envelope), receivedAt);
    }

    private static async Task<DeadLetterPage> ListAsync(HttpClient staff, string query) =>
        (await SplitShop.SendAsync(staff, HttpMethod.Get, $"{List}{query}")).Deserialize<DeadLetterPage>(JsonSerializerOptions.Web)!;

    private static async Task RefusesAsync(HttpClient staff, HttpStatusCode status, string path, object? body, string? field = null)
    {
        using var answer = await staff.PostAsJsonAsync(path, body, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == status, $"{path}: {(int)answer.StatusCode} {text}");
        if (field is not null)
            Assert.True(JsonSerializer.Deserialize<JsonElement>(text).GetProperty("errors").TryGetProperty(field, out _), text);
    }

    private static Task IsAuditedAsync(HttpClient staff, string action, params (string Name, string Value)[] details) =>
        Eventually.HoldsAsync($"the record of {action}", async () =>
        {
            var trail = await SplitShop.SendAsync(staff, HttpMethod.Get, $"/api/admin/audit?action={action}");
            return trail.GetProperty("items").EnumerateArray().ToList() is [var entry]
                && details.All(x => entry.GetProperty("details").GetProperty(x.Name).GetString() == x.Value);
        });
}
