using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Telemetry;
using Aarya.Specs.Search.Elasticsearch;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Telemetry;

using Roles = Features.Roles;

/// <summary>What a shop of one process, and one of six, shows its operators in numbers.</summary>
public sealed class MetricsSpec
{
    private static readonly string[] Six = [ActiveRoles.Gateway, .. Roles.Contexts];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string[]> Modes => new([ActiveRoles.All], Six);

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task the_page_names_every_metric_and_requests_are_counted_where_they_are_answered(string[] roles)
    {
        await using var shop = await SplitShop.StartAsync(roles);
        using var staff = await shop.StaffAsync("merchandiser");
        await staff.PublishKurtaAsync("KRT-METRICS");
        using var visitor = shop.Client();
        foreach (var (path, status) in new[]
        {
            ("/api/products", 200), ("/api/products", 200), ("/api/products/no-such-product", 404), ("/api/no/such/path", 404),
            ("/api/orders", 401),
        })
        {
            using var answer = await visitor.GetAsync(path, Cancel);
            Assert.Equal(status, (int)answer.StatusCode);
        }

        using var odd = await visitor.SendAsync(new(new HttpMethod("PROPFIND"), "/api/products"), Cancel);
        Assert.Equal(405, (int)odd.StatusCode);
        using var head = await visitor.SendAsync(new(HttpMethod.Head, "/api/products/no-such-product"), Cancel);
        Assert.Equal(404, (int)head.StatusCode);
        await OrderTwiceAsync(shop);
        await AllIsReadAsync(shop);

        var metrics = await Scrape.OfAsync(shop);

        // At the edge, and in the context that answers.
        foreach (var service in new[] { "gateway", "commerce" })
        {
            Assert.Equal(2, Requests(service, "GET", "/api/products", 200));
            // The context answers HEAD as GET.
            Assert.Equal(service == "gateway" ? 1 : 2, Requests(service, "GET", "/api/products/{idOrSlug}", 404));
            Assert.Equal(1, Requests(service, "GET", "/api/orders", 401));
            // The repeat is a request, too.
            Assert.Equal(2, Requests(service, "POST", "/api/checkout", 201));
            Assert.Equal(2, metrics.Sum("http_request_duration_seconds_count",
                ("service", service), ("method", "GET"), ("path", "/api/products")));
        }

        Assert.Equal(1, Requests("gateway", "HEAD", "/api/products/{idOrSlug}", 404));
        // The edge alone answers what belongs to no context.
        Assert.Equal(["gateway"], metrics.Of("http_requests_total", ("path", "(none)")).Select(x => x.Labels["service"]).Distinct());
        Assert.Equal(1, Requests("gateway", "GET", "(none)", 404));
        Assert.Equal(1, metrics.Sum("http_requests_total", ("service", "gateway"), ("method", "_OTHER"), ("status", "405")));
        Exact(metrics);
        Assert.All(metrics.Of("service_health_status"), x => Assert.Equal(1, x.Value));
        Assert.Equal(Six.Order(), metrics.Of("service_health_status").Select(x => x.Labels["service"]).Distinct().Order());
        Assert.True(metrics.Sum("postgres_connections", ("state", "idle")) + metrics.Sum("postgres_connections", ("state", "used")) > 0);
        Assert.True(metrics.Sum("redis_commands_total", ("command", "EVAL"), ("status", "ok")) > 0);
        Assert.Equal(1, metrics.Sum("aarya_idempotency_repeats_total", ("outcome", "replayed")));
        // Every role shows the six; only the gateway has no database.
        foreach (var role in shop.Roles)
        {
            string[] six =
            [
                "redis_commands_total", "stream_consumer_lag", "service_health_status",
                .. role == ActiveRoles.Gateway ? Array.Empty<string>() : ["postgres_connections"],
                .. role is ActiveRoles.Gateway or ActiveRoles.All ? ["http_requests_total", "http_request_duration_seconds_count"]
                    : Array.Empty<string>(),
            ];
            await Eventually.HoldsAsync($"{role} shows them", async () => await Scrape.OfAsync(shop, role) is var own
                && six.All(x => own.Of(x).Any()));
        }

        // What a healthy shop without load does not show, and what only a gateway in front of other processes shows.
        string[] others =
        [
            "aarya_edge_queue_time_seconds", "aarya_refused_requests_total", "aarya_passwords_refused_total", "aarya_certificate_expiry_",
            "aarya_degraded_searches_total", "aarya_elasticsearch_circuit_open",
        ];
        await MetricsPage.CheckAsync(metrics, roles.Length > 1 ? others : [.. others, "aarya_context_circuit_open"]);
        await CheckWithPromtoolAsync(metrics.Text);

        double Requests(string service, string method, string path, int status) => metrics.Sum("http_requests_total",
            ("service", service), ("method", method), ("path", path), ("status", $"{status}"));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task operators_and_shoppers_have_different_addresses(string[] roles)
    {
        await using var shop = await SplitShop.StartAsync(roles);
        using var http = shop.Client();
        using var outside = await http.GetAsync("/metrics", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
        foreach (var role in shop.Roles)
        {
            using var metrics = await http.GetAsync(new Uri(shop.OperatorsOf(role), "/metrics"), Cancel);
            Assert.Equal(HttpStatusCode.OK, metrics.StatusCode);
            await Eventually.HoldsAsync($"{role} is ready", async () =>
            {
                using var ready = await http.GetAsync(new Uri(shop.OperatorsOf(role), "/health/ready"), Cancel);
                return ready.StatusCode == HttpStatusCode.OK;
            });
            using var shopping = await http.GetAsync(new Uri(shop.OperatorsOf(role), "/api/products"), Cancel);
            Assert.Equal(HttpStatusCode.NotFound, shopping.StatusCode);
            Assert.Contains("operators.not_found", await shopping.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task what_strangers_make_up_adds_no_series(string[] roles)
    {
        await using var shop = await SplitShop.StartAsync(roles);
        using var http = shop.Client();
        // Every kind of made-up input once, so that only what differs between two of a kind could add a series.
        for (var i = 0; i < 80; i++) await SendAsync(http, i);
        await AllIsReadAsync(shop);
        var before = await SeriesAsync(shop);

        List<string> made = [];
        for (var i = 80; i < 1_080; i++) made.Add(await SendAsync(http, i));

        // What goes on in the background may show a command, a group of a stream or a kind of exception for the first time.
        string[] background = ["redis_", "aarya_redis_", "stream_", "aarya_stream_", "dotnet_"];
        var more = (await SeriesAsync(shop)).Except(before).ToList();
        Assert.DoesNotContain(more, x => !background.Any(y => x.StartsWith(y, StringComparison.Ordinal)));
        Assert.DoesNotContain(more, x => made.Any(y => x.Contains(y[..8], StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task what_the_edge_refuses_and_delays_is_counted()
    {
        await using var shop = await SplitShop.StartAsync();
        await shop.StartRoleAsync(ActiveRoles.All, ("AARYA_RATE_LIMIT", "20"), ("AARYA_MAX_CONCURRENT", "1"));
        using var http = shop.Client();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 60).Select(async x =>
        {
            using var answer = await http.GetAsync($"/api/products?limit={(x % 50) + 1}", Cancel);
            return (int)answer.StatusCode;
        }));

        var metrics = await Scrape.OfAsync(shop);
        Assert.Contains(429, statuses);
        Assert.Equal(statuses.Count(x => x == 429), metrics.Sum("aarya_refused_requests_total", ("reason", "rate")));
        Assert.True(metrics.Sum("aarya_edge_queue_time_seconds_count") > 0);
        // This shop shows only some of them.
        await MetricsPage.CheckAsync(metrics, others: "");
    }

    [Fact]
    public async Task a_certificate_that_clients_get_and_an_elasticsearch_that_fails_are_shown()
    {
        var expires = DateTimeOffset.UtcNow.AddDays(9);
        using var certificate = FakeElasticsearch.Certificate(expires);
        // Any server with a certificate is what clients reach; nothing but its certificate is asked for.
        await using var front = await FakeElasticsearch.StartAsync(certificate);
        await using var elasticsearch = await FakeElasticsearch.StartAsync();
        await using var shop = await SplitShop.StartAsync();
        await shop.StartRoleAsync(ActiveRoles.All, ("ELASTICSEARCH_URL", elasticsearch.Url), ("AARYA_PUBLIC_URL", front.Url));
        using var http = shop.Client();
        await Eventually.HoldsAsync("Elasticsearch answers searches", async () => !await IsDegradedAsync());
        var metrics = await Scrape.OfAsync(shop);
        Assert.Equal(0, metrics.Sum("aarya_elasticsearch_circuit_open"));
        Assert.Single(metrics.Of("aarya_elasticsearch_circuit_open"));

        elasticsearch.Trouble = x =>
        {
            if (x.Request.Path.Value!.EndsWith("/_search", StringComparison.Ordinal)) x.Abort();
            return Task.FromResult(x.RequestAborted.IsCancellationRequested);
        };
        await Eventually.HoldsAsync("the circuit is open", async () =>
        {
            Assert.True(await IsDegradedAsync());
            return (metrics = await Scrape.OfAsync(shop)).Sum("aarya_elasticsearch_circuit_open") == 1;
        });

        Assert.True(metrics.Sum("aarya_degraded_searches_total") >= 10);
        await Eventually.HoldsAsync("the certificate was read", async () =>
            (metrics = await Scrape.OfAsync(shop)).Of("aarya_certificate_expiry_timestamp_seconds").Any());
        Assert.Equal(expires.ToUnixTimeSeconds(), metrics.Sum("aarya_certificate_expiry_timestamp_seconds"));
        // This shop shows only some of them.
        await MetricsPage.CheckAsync(metrics, others: "");

        async Task<bool> IsDegradedAsync()
        {
            // Each is another search, whose answer is not known yet.
            var page = await http.GetFromJsonAsync<JsonElement>($"/api/search?q=kurta{Random.Shared.Next()}", Cancel);
            return page.TryGetProperty("degraded", out var degraded) && degraded.GetBoolean();
        }
    }

    [Fact]
    public async Task the_health_of_a_service_follows_it_within_five_seconds()
    {
        // At most: an answer from just before the outage is used again, the next check begins, and the part does not answer.
        Assert.True(HealthReport.Fresh + HealthMetrics.Interval + HealthReport.Patience < TimeSpan.FromSeconds(5));
        await using var shop = await SplitShop.StartAsync(Six);
        await Eventually.HoldsAsync("all are up", () => IsAsync("search", 1));
        var before = Lines();

        await shop.Role("search").KillAsync();
        await Eventually.HoldsAsync("search is down", () => IsAsync("search", 0));
        Assert.True(await IsAsync("commerce", 1));
        await shop.StartRoleAsync("search");
        await Eventually.HoldsAsync("search is up again", () => IsAsync("search", 1));

        // One line for the whole outage, which was asked for every second or two.
        Assert.Equal(before + 1, Lines());

        int Lines() => shop.Role("gateway").Output.Split("context.search does not answer").Length;

        async Task<bool> IsAsync(string service, int value)
        {
            var scrape = await Scrape.OfAsync(shop, "gateway");
            return scrape.Of("service_health_status", ("service", service)).SingleOrDefault()?.Value == value;
        }
    }

    private static Task AllIsReadAsync(SplitShop shop)
    {
        // The last gauge of each context, and what shows first when its work was done once.
        string[] last =
        [
            "aarya_stock_imbalances", "aarya_pending_refunds_oldest_seconds", "aarya_funnel_today", "stream_consumer_lag",
            "service_health_status", "aarya_compactor_last_success_timestamp_seconds", "aarya_reconciler_last_success_timestamp_seconds",
            "aarya_key_age_seconds",
        ];
        return Eventually.HoldsAsync("each context has read its tables and its streams", async () =>
            await Scrape.OfAsync(shop) is var read && read.Of("aarya_outbox_messages").Count() == Roles.Contexts.Count
                && last.All(x => read.Of(x).Any()));
    }

    private static void Exact(Scrape metrics)
    {
        foreach (var (name, kind, labels) in new (string Name, string Kind, string[] Labels)[]
        {
            ("http_requests_total", "counter", ["method", "path", "service", "status"]),
            ("http_request_duration_seconds", "histogram", ["method", "path", "service"]),
            ("redis_commands_total", "counter", ["command", "status"]),
            ("postgres_connections", "gauge", ["state"]),
            ("stream_consumer_lag", "gauge", ["consumer_group", "stream"]),
            ("service_health_status", "gauge", ["service"]),
        })
        {
            Assert.Equal(kind, metrics.Kinds[name]);
            Assert.Equal(labels, metrics.LabelsOf(name));
        }

        Assert.Equal(["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "+Inf"],
            metrics.Of("http_request_duration_seconds_bucket", ("service", "gateway"), ("path", "/api/products"), ("method", "GET"))
                .Select(x => x.Labels["le"]));
    }

    private static async Task OrderTwiceAsync(SplitShop shop)
    {
        using var guest = await shop.GuestWithAsync("KRT-METRICS");
        for (var i = 0; i < 2; i++) await SplitShop.OrderAsync(guest, "tok_pending", "metrics");
    }

    /// <returns>The made-up word that the request has everywhere.</returns>
    private static async Task<string> SendAsync(HttpClient http, int n)
    {
        var made = Guid.NewGuid().ToString("N");
        using var request = (n % 11) switch
        {
            0 => new HttpRequestMessage(HttpMethod.Get, $"/{made}"),
            1 => new(HttpMethod.Get, $"/api/products/{made}"),
            2 => new(new HttpMethod($"M{made[..8].ToUpperInvariant()}"), "/api/products"),
            3 => new(HttpMethod.Get, $"/api/orders/{Guid.NewGuid()}"),
            4 => new(HttpMethod.Post, "/api/cart/items") { Content = JsonContent.Create(new { sku = made, quantity = 1 }) },
            5 => new(HttpMethod.Get, $"/api/search?q={made}"),
            6 => new(HttpMethod.Post, $"/api/auth/{made}"),
            7 => new(HttpMethod.Head, $"/api/products/{made}"),
            8 => new(new HttpMethod("get"), $"/api/products/{made}"),
            9 => new(HttpMethod.Post, $"/api/payments/webhooks/{made}") { Content = JsonContent.Create(new { id = made }) },
            _ => new(HttpMethod.Get, $"/api/products?cursor={made}"),
        };
        request.Headers.Host = $"{made}.example";
        if (n % 2 == 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", made);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("made", made));
        request.Headers.Add("X-Request-Id", made);
        using var answer = await http.SendAsync(request, Cancel);
        Assert.True((int)answer.StatusCode < 500, $"{request.Method} {request.RequestUri}: {(int)answer.StatusCode}");
        return made;
    }

    private static async Task<HashSet<string>> SeriesAsync(SplitShop shop) =>
        [.. (await Scrape.OfAsync(shop)).Samples.Select(x => x.Series)];

    private static async Task CheckWithPromtoolAsync(string text)
    {
        var start = new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var promtool = Process.Start(start)!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var ended = await ChildProgram.EndAsync(promtool);
        // It also gives advice on names (exit code 3), which is ignored: some names are fixed by .NET. Unreadable text is an error.
        Assert.DoesNotContain("error", ended.Error, StringComparison.OrdinalIgnoreCase);
        Assert.True(ended.ExitCode is 0 or 3, ended.Error);
    }
}
