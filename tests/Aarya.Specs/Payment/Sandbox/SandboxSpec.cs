using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aarya.Sandbox;

namespace Aarya.Specs.Payment.Sandbox;

public sealed class SandboxSpec : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-sandbox-").FullName;
    private SandboxHost sandbox = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        sandbox = await SandboxHost.StartAsync(new() { ApiKey = "key", WebhookSecret = "secret", DataFolder = folder });
        http = new() { BaseAddress = new(sandbox.Url), DefaultRequestHeaders = { { "Authorization", "Bearer key" } } };
    }

    [Fact]
    public async Task one_key_makes_one_charge_however_many_ask_at_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ChargeAsync("key-1", "order-1", 1_000)));

        Assert.Single(answers.Select(x => (string?)x.Body["id"]).Distinct());
        Assert.Single(answers, x => x.Status == HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ChargeAsync("key-1", "order-1", 1_001)).Status);
        Assert.Equal(1_000, (long)(await http.GetFromJsonAsync<JsonNode>("/v1/totals"))!["captured"]!);
    }

    [Fact]
    public async Task a_provider_that_is_asked_to_stop_has_not_failed()
    {
        await using var process = new SandboxProcess();
        await process.StartAsync();
        Assert.Equal(0, await process.StopAsync());
    }

    [Fact]
    public async Task a_provider_that_would_be_asked_under_two_keys_would_charge_twice()
    {
        await ChargeAsync("key-1", "order-1", 1_000);
        await ChargeAsync("key-2", "order-1", 1_000);

        Assert.Equal(2, (int)(await http.GetFromJsonAsync<JsonNode>("/v1/totals?reference=order-1"))!["charges"]!);
    }

    [Fact]
    public async Task refunds_that_race_never_exceed_the_charge()
    {
        var charge = (string)(await ChargeAsync("key-1", "order-1", 1_000)).Body["id"]!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => RefundAsync(charge, 300, $"refund-{i}")));

        Assert.Equal(3, answers.Count(x => x.Status == HttpStatusCode.OK));
        Assert.All(answers.Where(x => x.Status != HttpStatusCode.OK),
            x => Assert.Equal("refund_exceeds_captured", (string?)x.Body["error"]!["code"]));
        Assert.Equal(900, (long)(await http.GetFromJsonAsync<JsonNode>("/v1/totals"))!["refunded"]!);
    }

    [Fact]
    public async Task the_journal_is_the_truth_over_a_restart_and_a_torn_last_line_is_no_fact()
    {
        var charge = (await ChargeAsync("key-1", "order-1", 1_000)).Body;
        await RefundAsync((string)charge["id"]!, 400, "refund-1");
        await DisposeHostAsync();
        await File.AppendAllTextAsync(Path.Combine(folder, "journal.ndjson"), """{"fact":"charge_made","key":"key-2","fing""");
        await InitializeAsync();

        var again = await ChargeAsync("key-1", "order-1", 1_000);
        Assert.Equal((string?)charge["id"], (string?)again.Body["id"]);
        Assert.Equal(400, (long)again.Body["refunded"]!);
        await ChargeAsync("key-3", "order-3", 5);
        await DisposeHostAsync();
        await InitializeAsync();
        Assert.Equal(1_005, (long)(await http.GetFromJsonAsync<JsonNode>("/v1/totals"))!["captured"]!);
    }

    [Fact]
    public async Task a_journal_belongs_to_one_process_at_a_time() =>
        await Assert.ThrowsAsync<JournalInUseException>(() =>
            SandboxHost.StartAsync(new() { ApiKey = "key", WebhookSecret = "secret", DataFolder = folder }));

    [Fact]
    public async Task strangers_and_nonsense_are_refused()
    {
        using var stranger = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync($"{sandbox.Url}/v1/totals")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest,
            (await http.PostAsJsonAsync("/v1/charges",
                new { reference = "order-1", amount = 1, currency = "INR", token = "tok_approve" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await ChargeAsync("key", "order-1", 0)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ChargeAsync("key", "order-1", "1")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/v1/charges/ch_none")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/challenge/ch_none")).StatusCode);
    }

    private Task<(HttpStatusCode Status, JsonNode Body)> ChargeAsync(string key, string reference, object amount) =>
        SendAsync("/v1/charges", new { reference, amount, currency = "INR", token = "tok_approve", capture = true }, key);

    private Task<(HttpStatusCode Status, JsonNode Body)> RefundAsync(string chargeId, long amount, string reference) =>
        SendAsync("/v1/refunds", new { chargeId, amount, reference });

    private async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(string path, object body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    private async Task DisposeHostAsync()
    {
        http.Dispose();
        await sandbox.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await DisposeHostAsync();
        Directory.Delete(folder, recursive: true);
    }
}
