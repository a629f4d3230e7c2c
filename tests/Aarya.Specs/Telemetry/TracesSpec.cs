using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Infrastructure.Contexts;
using Aarya.Sandbox;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Aarya.Specs.Support.Shoppers;

namespace Aarya.Specs.Telemetry;

using Roles = Features.Roles;

/// <summary>The traces that a shop of one process, and one of six, sends to a collector.</summary>
public sealed class TracesSpec : IAsyncLifetime
{
    private const string Sku = "KRT-TRACES";

    // A process without a request fetches the keys that verify tokens: that call begins a trace.
    private const string RpcClient = "OpenTelemetry.Instrumentation.GrpcNetClient";


    private static readonly string[] Six = [ActiveRoles.Gateway, .. Roles.Contexts];

    private readonly string folder = Directory.CreateTempSubdirectory("aarya-traces-").FullName;
    private Collector collector = null!;
    private MailServer mails = null!;
    private SandboxHost provider = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string[]> Modes => new([ActiveRoles.All], Six);

    public async ValueTask InitializeAsync()
    {
        collector = await Collector.StartAsync();
        mails = await MailServer.StartAsync();
        // Without webhooks: one that arrives before the answer to the charge begins a trace of its own.
        provider = await SandboxHost.StartAsync(new() { ApiKey = "key", WebhookSecret = "secret", DataFolder = folder });
    }

    public async ValueTask DisposeAsync()
    {
        await collector.DisposeAsync();
        await mails.DisposeAsync();
        await provider.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task a_purchase_is_one_trace_from_the_storefront_to_the_mail(string[] roles)
    {
        await using var shop = await StartAsync(roles);
        using var staff = await shop.StaffAsync("merchandiser");
        await staff.PublishKurtaAsync(Sku);
        using var shopper = shop.Client();
        await PrivateShopper.RegisterAsync(shopper);
        var (token, refresh) = await PrivateShopper.SignInAsync(shopper);
        using var odd = new HttpRequestMessage(new HttpMethod("PRIVATEWORD"), "/api/products");
        odd.Headers.Host = "private-host.example";
        odd.Headers.Add("tracestate", "vendor=private-state");
        odd.Headers.Add("baggage", "shopper=private-baggage");
        (await shopper.SendAsync(odd, Cancel)).Dispose();
        using var missing = await shopper.GetAsync($"/api/orders/{Guid.NewGuid()}?looking=for-private-words", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        using var nowhere = await shopper.GetAsync("/api/private-path", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);

        var (trace, caller) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        await PrivateShopper.BuyAsync(shopper, Sku, $"00-{trace}-{caller}-01");
        foreach (var (service, kind, name) in new[]
        {
            ("gateway", "server", "POST /api/checkout"), ("commerce", "client", "postgresql"), ("commerce", "client", "EVAL"),
            ("commerce", "producer", "send order_events"), ("payment", "consumer", "process order_events"),
            ("payment", "client", "POST /v1/charges"), ("payment", "producer", "send payment_events"),
            ("commerce", "consumer", "process payment_events"), ("search", "consumer", "process order_events"),
            ("content", "consumer", "process order_events"), ("content", "client", "smtp send"),
        })
        {
            var process = roles.Length == 1 ? ActiveRoles.All : service;
            await Eventually.HoldsAsync($"{process} has the {kind} {name}", () =>
                collector.Of(trace).Any(x => (x.Service, x.Kind, x.Name) == (process, kind, name)));
        }

        await Eventually.HoldsAsync("every span has its parent", () => collector.Of(trace) is var all
            && all.All(x => x.ParentId == caller || all.Any(y => y.SpanId == x.ParentId)));
        // The rows of the outbox are deleted by a loop that the first message has started.
        await Eventually.HoldsAsync("all messages are sent", async () =>
            await shop.CountAsync("commerce.wolverine_outgoing_envelopes") == 0);

        var spans = collector.Of(trace);
        Assert.Single(spans, x => x.ParentId == caller);
        Assert.Equal(roles.Order(), spans.Select(x => x.Service).Distinct().Order());
        Assert.Contains(spans, x => x.Source == "Wolverine" && x.Kind == "consumer" && x.Attributes.ContainsKey("aarya.order.id"));
        var everything = collector.Spans;
        // What loops in the background do is in no trace: neither in one of its own, nor in that of the request that started them.
        Assert.DoesNotContain(everything, x => x.ParentId.Length == 0 && x.Kind == "client" && x.Source != RpcClient);
        Assert.DoesNotContain(everything, x => x.Name is "XRANGE" or "XREADGROUP");
        Assert.DoesNotContain(everything, x => x.Name.Contains("health", StringComparison.Ordinal));
        foreach (var secret in (string[])
        [
            .. PrivateShopper.Details, token, token.Split('.')[1], refresh, "private-words", "private-path", "PRIVATEWORD", "private-host",
            "private-state", "private-baggage",
        ])
            Assert.False(collector.Got(secret), $"A span has '{secret}'.");
        TracesPage.Check(everything, isSplit: roles.Length > 1);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task the_trace_id_of_a_problem_leads_to_its_trace(string[] roles)
    {
        await using var shop = await StartAsync(roles);
        using var visitor = shop.Client();
        foreach (var path in new[] { $"/api/products/{Guid.NewGuid()}", "/api/orders", "/no/such/path", "/api/products?limit=many" })
        {
            using var answer = await visitor.GetAsync(path, Cancel);
            var trace = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("traceId").GetString()!;

            Assert.Contains(trace, answer.Headers.GetValues("traceparent").Single(), StringComparison.Ordinal);
            await Eventually.HoldsAsync($"the trace of {path}", () => collector.Of(trace).Any(x =>
                x.Kind == "server" && x.Attributes["http.response.status_code"] == $"{(int)answer.StatusCode}"));
        }
    }

    [Fact]
    public async Task the_standard_variables_choose_what_is_sampled()
    {
        await using var shop = await StartAsync([ActiveRoles.All], ("OTEL_TRACES_SAMPLER", "parentbased_always_off"));
        using var visitor = shop.Client();
        foreach (var flags in new[] { "00", "01" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products");
            request.Headers.Add("traceparent", $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-{flags}");
            (await visitor.SendAsync(request, Cancel)).Dispose();
        }

        (await visitor.GetAsync("/api/products", Cancel)).Dispose();
        (await visitor.GetAsync("/api/categories", Cancel)).Dispose();
        using var last = new HttpRequestMessage(HttpMethod.Get, "/api/search?q=kurta");
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        last.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        (await visitor.SendAsync(last, Cancel)).Dispose();
        await Eventually.HoldsAsync("the last request is there", () => collector.Of(trace).Any(x => x.Kind == "server"));

        Assert.Equal(2, collector.Spans.Count(x => x.Kind == "server"));
        Assert.Equal(2, collector.Spans.Select(x => x.TraceId).Distinct().Count());
    }

    [Fact]
    public async Task a_bucket_in_prometheus_leads_to_the_trace_of_a_request()
    {
        await using var shop = await StartAsync([ActiveRoles.All]);
        await using var prometheus = await LivePrometheus.StartAsync(("aarya", [shop.OperatorsOf(ActiveRoles.All)]));
        using var visitor = shop.Client();
        (await visitor.GetAsync("/api/products", Cancel)).Dispose();

        IReadOnlyList<string> traces = [];
        await Eventually.HoldsAsync("Prometheus has the exemplar", async () =>
            (traces = await prometheus.ExemplarsAsync(
                "http_request_duration_seconds_bucket{path=\"/api/products\",service=\"gateway\"}")).Count > 0);

        await Eventually.HoldsAsync("its trace", () =>
            collector.Of(Assert.Single(traces)).Any(x => x.Name == "GET /api/products" && x.Kind == "server"));
        Assert.True(await prometheus.IsTrueAsync("http_requests_total{path=\"/api/products\",status=\"200\",service=\"gateway\"} == 1"));
        // The other numbers keep their names.
        Assert.True(await prometheus.IsTrueAsync("aarya_redis_command_duration_seconds_count > 0"));
        Assert.True(await prometheus.IsTrueAsync("redis_commands_total > 0"));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")]
    public async Task an_address_of_a_collector_that_is_not_a_url_ends_the_start_with_one_line(string name)
    {
        var ended = await ChildProgram.AaryaAsync([], new Dictionary<string, string>
        {
            [name] = "collector",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/none",
            ["REDIS_URL"] = "redis://127.0.0.1:1",
        });

        Assert.Equal(1, ended.ExitCode);
        Assert.Equal($"aarya: {name} is 'collector': write the address of an OTLP collector, such as http://127.0.0.1:4317.",
            ended.Error.Trim());
    }

    private async Task<SplitShop> StartAsync(string[] roles, params (string Name, string Value)[] more)
    {
        var shop = await SplitShop.StartAsync();
        (string, string)[] settings =
        [
            .. collector.Settings, ("SMTP_URL", $"smtp://127.0.0.1:{mails.Port}"), ("PAYMENT_PROVIDER_URL", provider.Url),
            ("PAYMENT_API_KEY", "key"), ("PAYMENT_WEBHOOK_SECRET", "secret"), .. more,
        ];
        await Task.WhenAll(roles.Select(x => shop.StartRoleAsync(x, settings)));
        return shop;
    }
}
