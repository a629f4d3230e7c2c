using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Aarya.Specs.Support.Shoppers;
using Aarya.Specs.Telemetry;
using MimeKit;

namespace Aarya.Specs.Logging;

using Roles = Features.Roles;

/// <summary>What a shop of one process, and one of six, writes to its log.</summary>
public sealed partial class LogsSpec : IAsyncLifetime
{
    private const string Sku = "KRT-LOGS";

    // Of requests during an outage, which are many more than the lines about it may be.
    private const int Rounds = 10;
    private const string NextPassword = "another one that no log has";

    private static readonly string[] Six = [ActiveRoles.Gateway, .. Roles.Contexts];

    private MailServer mails = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string[]> Modes => new([ActiveRoles.All], Six);

    public async ValueTask InitializeAsync() => mails = await MailServer.StartAsync();

    public ValueTask DisposeAsync() => mails.DisposeAsync();

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task every_line_has_the_documented_fields_and_no_personal_data(string[] roles)
    {
        await using var shop = await StartAsync(roles, ("AARYA_LOG_REQUESTS", "1"), ("Logging__LogLevel__Wolverine", "Debug"),
            ("Logging__LogLevel__Microsoft.AspNetCore", "Information"), ("Logging__LogLevel__Yarp", "Information"),
            ("Logging__LogLevel__System.Net.Http", "Information"), ("Logging__LogLevel__Npgsql", "Information"));
        using var support = await shop.StaffAsync("support", "merchandiser");
        await support.PublishKurtaAsync(Sku);
        using var shopper = shop.Client();
        var secrets = await SignInAsync(shopper);
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var order = await PrivateShopper.BuyAsync(shopper, Sku, $"00-{trace}-{ActivitySpanId.CreateRandom()}-00");
        secrets = [.. secrets, await GetExportAsync(shopper)];
        using var seen = await shopper.GetAsync($"/api/orders/{order}?looking=private-words", Cancel);
        await support.RefundAsync(order);
        using var failed = await shopper.PostAsJsonAsync(
            "/api/checkout", new { email = "other@private.example", phone = PrivateShopper.Phone }, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, failed.StatusCode);
        using var unreadable = new StringContent($"{{\"sku\":\"{PrivateShopper.Email}", null, "application/json");
        using var broken = await shopper.PostAsync("/api/cart/items", unreadable, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        using var live = await shop.Client().GetAsync($"/hubs/storefront?access_token={secrets[1]}", Cancel);
        secrets = [.. secrets, support.DefaultRequestHeaders.Authorization!.Parameter!];
        await Eventually.HoldsAsync("the purchase is in the log of every context that handles it", () =>
            (roles.Length == 1 ? roles : ["gateway", "commerce", "payment", "content"]).All(x =>
                LinesOf(shop).Any(y => Text(y, "trace.id") == trace && Text(y, "service.name") == x)));

        var lines = LinesOf(shop);
        LogsPage.Check(lines);
        // The sandbox handled every request without an error.
        Assert.DoesNotContain(lines, x =>
            Text(x, "log.logger")!.StartsWith("Aarya.Sandbox.", StringComparison.Ordinal) && Text(x, "log.level") is "error" or "fatal");
        Assert.Contains(lines, x => Text(x, "aarya.route") == "/api/orders/{id}" && Text(x, "aarya.order.id") == order
            && Text(x, "http.request.id") == seen.Headers.GetValues("X-Request-Id").Single());
        NoneHas(shop, [.. secrets, .. PrivateShopper.Details, NextPassword, "private-words"]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task an_outage_of_each_part_is_named_once_and_shows_no_personal_data(string[] roles)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var collector = await Collector.StartAsync();
        await using var shop = await SplitShop.StartAsync(redis);
        await StartRolesAsync(shop, roles,
        [
            .. collector.Settings, ("PAYMENT_PROVIDER_URL", "http://127.0.0.1:1"), ("PAYMENT_API_KEY", "a-key-of-this-spec"),
            ("PAYMENT_WEBHOOK_SECRET", "a-secret-of-this-spec"), ("PAYMENT_RECONCILE_SECONDS", "1"), ("PAYMENT_PENDING_SECONDS", "1"),
        ]);
        using var support = await shop.StaffAsync("support", "merchandiser");
        await support.PublishKurtaAsync(Sku, stock: 100);
        using var shopper = shop.Client();
        await PrivateShopper.RegisterAsync(shopper);
        var (access, refresh) = await PrivateShopper.SignInAsync(shopper);
        // Neither the provider nor the mail server answers.
        await mails.KillAsync();
        var order = await PrivateShopper.BuyAsync(shopper, Sku, $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00");
        await SplitShop.SendAsync(shopper, HttpMethod.Post, "/api/auth/password/forgot", new { email = PrivateShopper.Email });
        await Eventually.HoldsAsync("both are named", () => new[] { "The payment provider", "The mail server" }.All(x =>
            LinesOf(shop).Any(y => Text(y, "message")!.StartsWith($"{x} does not answer: ", StringComparison.Ordinal))));

        var watch = Stopwatch.StartNew();
        await shop.Database.CloseAsync();
        for (var i = 0; i < Rounds; i++) await TryEverythingAsync(shopper, order);
        await shop.Database.ReopenAsync();
        await ServesAsync(shopper);
        await redis.KillAsync();
        for (var i = 0; i < Rounds; i++) await TryEverythingAsync(shopper, order);
        await redis.StartAgainAsync();
        await ServesAsync(shopper);

        LogsPage.Check(LinesOf(shop));
        string[] secrets =
        [
            access, access.Split('.')[1], refresh, NextPassword, .. PrivateShopper.Details, "a-key-of-this-spec", "a-secret-of-this-spec",
        ];
        NoneHas(shop, secrets);
        // The spans of what failed, with their errors.
        await Eventually.HoldsAsync("failures are in the traces", () => collector.Got("exception.type") || collector.Got("error.type"));
        Assert.DoesNotContain(secrets, collector.Got);
        var repeated = LinesOf(shop).Where(x => !Text(x, "log.logger")!.EndsWith(".RequestLog", StringComparison.Ordinal))
            .Where(x => Text(x, "log.level") is "warn" or "error" or "fatal")
            .GroupBy(x => $"{Text(x, "service.name")} {Text(x, "log.logger")} {Text(x, "event.action")} {Text(x, "message")}")
            .Where(x => x.Count() > 3 + watch.Elapsed.TotalMinutes).Select(x => $"{x.Count()} x {x.Key}").ToList();
        Assert.True(repeated.Count == 0, string.Join('\n', repeated));
    }

    [Fact]
    public async Task the_sandbox_inside_the_process_writes_lines_of_the_same_form_at_the_level_that_is_set()
    {
        await using var shop = await StartAsync(
            [ActiveRoles.All], ("SANDBOX_WEBHOOK_URL", "http://127.0.0.1:1"), ("Logging__LogLevel__Aarya.Sandbox", "Debug"));
        using var staff = await shop.StaffAsync("merchandiser");
        await staff.PublishKurtaAsync(Sku);
        using var guest = await shop.GuestWithAsync(Sku);

        await SplitShop.OrderAsync(guest, "tok_approve", "logs-sandbox");

        await Eventually.HoldsAsync("the sandbox says that no webhook arrives", () => LinesOf(shop).Any(x =>
            Text(x, "log.logger") == "Aarya.Sandbox.Webhooks.WebhookSender" && Text(x, "log.level") == "debug"));
    }

    [Fact]
    public async Task requests_that_fail_are_logged_and_a_flood_of_them_is_counted()
    {
        await using var shop = await StartAsync([ActiveRoles.All], ("AARYA_LOG_REQUESTS", "0"));
        using var visitor = shop.Client();
        const int Flood = 1_500;
        for (var i = 0; i < 20; i++) (await visitor.GetAsync("/api/products", Cancel)).Dispose();
        await Parallel.ForAsync(0, Flood, Cancel, async (i, cancel) => (await visitor.GetAsync($"/no/such/path/{i}", cancel)).Dispose());

        // A second later, the next failure has a line of its own, and one with the number of those that have none.
        var failures = Flood;
        await Eventually.HoldsAsync("all failures are accounted for", async () =>
        {
            (await visitor.GetAsync("/api/orders", Cancel)).Dispose();
            failures++;
            return Accounted(shop) == failures;
        });

        var requests = LinesOf(shop).Where(x => Text(x, "log.logger")!.EndsWith(".RequestLog", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(requests, x => Text(x, "aarya.route") == "/api/products");
        Assert.Contains(requests, x => Text(x, "message")!.Contains("more requests were refused", StringComparison.Ordinal));
        Assert.Contains(requests, x => Number(x, "http.response.status_code") == 401 && Text(x, "aarya.route") == "/api/orders");
        var bySecond = requests.Where(x => Number(x, "http.response.status_code") == 404).GroupBy(x => Text(x, "@timestamp")![..19]);
        // Two windows of the process may touch one second of the clock.
        Assert.All(bySecond, x => Assert.InRange(x.Count(), 1, 200));
    }

    [Fact]
    public async Task an_operator_changes_a_level_in_all_processes_while_they_run()
    {
        const string Routing = "Microsoft.AspNetCore.Routing";
        const string Information = "Information";
        await using var shop = await StartAsync(Six);
        using var visitor = shop.Client();
        (await visitor.GetAsync("/api/products", Cancel)).Dispose();
        Assert.DoesNotContain(LinesOf(shop), x => Text(x, "log.logger")!.StartsWith(Routing, StringComparison.Ordinal));

        var set = await shop.CommandAsync("content", "log-level", Routing.ToUpperInvariant(), "information", "--minutes", "5");
        Assert.True(set.ExitCode == 0, set.Output);
        Assert.Contains($"{Routing.ToUpperInvariant()} {Information} until ", set.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("check the spelling", set.Output, StringComparison.Ordinal);
        await Eventually.HoldsAsync("every process has changed it", () => Six.All(x => Changes(shop, x).Any(y =>
            y.Contains($" {Information} until ", StringComparison.Ordinal))));
        await Eventually.HoldsAsync("two processes write more", async () =>
        {
            (await visitor.GetAsync("/api/products", Cancel)).Dispose();
            return new[] { "gateway", "commerce" }.All(x => LinesOf(shop, x).Any(y =>
                Text(y, "log.logger")!.StartsWith(Routing, StringComparison.Ordinal)));
        });

        var ended = await shop.CommandAsync("gateway", "log-level", Routing, "Configured");
        Assert.Contains("Every logger has its configured level.", ended.Output, StringComparison.Ordinal);
        await Eventually.HoldsAsync("every process is as configured", () => Six.All(x => Changes(shop, x).Any(y =>
            y.Contains("have set: none", StringComparison.Ordinal))));
        var before = RoutingLines();
        (await visitor.GetAsync("/api/products", Cancel)).Dispose();
        (await visitor.GetAsync("/api/orders", Cancel)).Dispose();
        await Eventually.HoldsAsync("the later request is logged", () => LinesOf(shop, "gateway").Any(x =>
            Number(x, "http.response.status_code") == 401));
        Assert.Equal(before, RoutingLines());

        var misspelt = await shop.CommandAsync("gateway", "log-level", "Wolverin", "Debug");
        Assert.Contains("No class has a name that begins with Wolverin: check the spelling", misspelt.Output, StringComparison.Ordinal);

        int RoutingLines() => LinesOf(shop, "gateway").Count(x => Text(x, "log.logger")!.StartsWith(Routing, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("'a b' is not the name of a logger: write a name such as Wolverine or Aarya.Infrastructure.", "a b", "Debug")]
    [InlineData(
        "'Loud' is not a level: write Trace, Debug, Information, Warning, Error, Critical, None, or Configured.", "Wolverine", "Loud")]
    [InlineData("'3' is not a level: write Trace, Debug, Information, Warning, Error, Critical, None, or Configured.", "Wolverine", "3")]
    [InlineData("--minutes is '0': it must be a whole number from 1 to 1440.", "Wolverine", "Debug", "--minutes", "0")]
    [InlineData("--minutes is '1e3': it must be a whole number from 1 to 1440.", "Wolverine", "Debug", "--minutes", "1e3")]
    public async Task a_wrong_logger_level_or_time_is_refused_and_changes_nothing(string refusal, params string[] arguments)
    {
        await using var shop = await SplitShop.StartAsync();

        var refused = await shop.CommandAsync("gateway", ["log-level", .. arguments]);

        Assert.Equal((1, $"aarya: {refusal}"), (refused.ExitCode, refused.Output.Trim()));
        var left = await shop.CommandAsync("gateway", "log-level");
        Assert.Equal("Every logger has its configured level.", left.Output.Trim());
    }

    private async Task<SplitShop> StartAsync(string[] roles, params (string Name, string Value)[] more)
    {
        var shop = await SplitShop.StartAsync();
        await StartRolesAsync(shop, roles, more);
        return shop;
    }

    private Task StartRolesAsync(SplitShop shop, string[] roles, params (string Name, string Value)[] more)
    {
        (string, string)[] settings = [("AARYA_LOG_FORMAT", "json"), ("SMTP_URL", $"smtp://127.0.0.1:{mails.Port}"), .. more];
        return Task.WhenAll(roles.Select(x => shop.StartRoleAsync(x, settings)));
    }

    private static void NoneHas(SplitShop shop, IEnumerable<string> secrets)
    {
        foreach (var secret in secrets)
        {
            foreach (var role in shop.Roles)
            {
                var line = shop.Role(role).Output.Split('\n').FirstOrDefault(x => x.Contains(secret, StringComparison.OrdinalIgnoreCase));
                Assert.True(line is null, $"The log of {role} has '{secret}': {line}");
            }
        }
    }

    /// <summary>Requests with personal data that need each part; each is served or refused.</summary>
    private static async Task TryEverythingAsync(HttpClient shopper, string order)
    {
        (HttpMethod Method, string Path, object? Body)[] requests =
        [
            (HttpMethod.Get, "/api/users/me", null), (HttpMethod.Get, $"/api/orders/{order}", null),
            (HttpMethod.Get, "/api/products/zebunnissa-9845077777", null), (HttpMethod.Get, "/api/search?q=zebunnissa", null),
            (HttpMethod.Post, "/api/cart/items", new { sku = Sku, quantity = 1 }),
            (HttpMethod.Post, "/api/auth/login", new { email = PrivateShopper.Email, password = PrivateShopper.Password }),
            (HttpMethod.Post, "/api/auth/register", new { name = "Zebunnissa", email = "b@private.example", password = NextPassword }),
            (HttpMethod.Post, "/api/orders/lookup", new { number = "AC-1", email = PrivateShopper.Email }),
            (HttpMethod.Post, $"/api/orders/{order}/cancel", new { reason = "changed_mind" }),
            (HttpMethod.Post, "/api/analytics/events",
                new { events = new[] { new { kind = "search", query = "zebunnissa", results = 1 } } }),
            (HttpMethod.Post, "/api/checkout", new
            {
                shippingAddress = SampleAddresses.Bengaluru with { Name = "Zebunnissa Unmentioned", Phone = PrivateShopper.Phone },
                shippingMethod = "standard",
                paymentToken = "tok_approve",
            }),
        ];
        await Task.WhenAll(requests.Select(async x =>
        {
            using var request = new HttpRequestMessage(x.Method, x.Path) { Content = x.Body is null ? null : JsonContent.Create(x.Body) };
            request.Headers.Add("Idempotency-Key", $"{Guid.NewGuid():D}");
            using var answer = await shopper.SendAsync(request, Cancel);
            Assert.True((int)answer.StatusCode is < 500 or 503 or 504, $"{x.Method} {x.Path}: {(int)answer.StatusCode}");
        }));
    }

    private static Task ServesAsync(HttpClient shopper) => Eventually.HoldsAsync("the shop serves again", async () =>
    {
        using var answer = await shopper.GetAsync("/api/users/me", Cancel);
        return answer.StatusCode == HttpStatusCode.OK;
    });

    // Registers, forgets the password, sets a new one by the link of the mail, and signs in. Returns what the shop gave out on the way.
    private async Task<IReadOnlyList<string>> SignInAsync(HttpClient shopper)
    {
        await PrivateShopper.RegisterAsync(shopper);
        using var wrong =
            await shopper.PostAsJsonAsync("/api/auth/login", new { email = PrivateShopper.Email, password = NextPassword }, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        await SplitShop.SendAsync(shopper, HttpMethod.Post, "/api/auth/password/forgot", new { email = PrivateShopper.Email });
        var code = await MailedAsync(Reset());
        await SplitShop.SendAsync(shopper, HttpMethod.Post, "/api/auth/password/reset", new { token = code, newPassword = NextPassword });
        var (access, refresh) = await PrivateShopper.SignInAsync(shopper, NextPassword);
        return [code, access, access.Split('.')[1], refresh];
    }

    private async Task<string> GetExportAsync(HttpClient shopper)
    {
        using var asked = await shopper.GetAsync("/api/users/me/export", Cancel);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var code = await MailedAsync(Export());
        using var fetched = await shopper.GetAsync($"/api/users/exports/{code}", Cancel);
        Assert.Equal(HttpStatusCode.OK, fetched.StatusCode);
        return code;
    }

    private static int Accounted(SplitShop shop)
    {
        var requests = LinesOf(shop).Where(x => Text(x, "log.logger")!.EndsWith(".RequestLog", StringComparison.Ordinal)).ToList();
        return requests.Count(x => x.TryGetProperty("http.response.status_code", out _))
            + requests.Where(x => x.TryGetProperty("labels", out _))
                .Sum(x => int.Parse(x.GetProperty("labels").GetProperty("count").GetString()!, CultureInfo.InvariantCulture));
    }

    private static IEnumerable<string> Changes(SplitShop shop, string role) => LinesOf(shop, role)
        .Where(x => Text(x, "log.logger")!.EndsWith(".FollowLogLevels", StringComparison.Ordinal)).Select(x => Text(x, "message")!);

    private static List<JsonElement> LinesOf(SplitShop shop) => [.. shop.Roles.SelectMany(x => LinesOf(shop, x))];

    private static List<JsonElement> LinesOf(SplitShop shop, string role)
    {
        var lines = shop.Role(role).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var other = lines.SkipWhile(x => x.StartsWith('{')).ToList();
        Assert.True(other.Count == 0, $"{role} writes lines that are not JSON:\n{string.Join('\n', other.Take(20))}");
        return [.. lines.Select(x => JsonSerializer.Deserialize<JsonElement>(x))];
    }

    private static string? Text(JsonElement line, string field) => line.TryGetProperty(field, out var value) ? value.GetString() : null;

    private static int? Number(JsonElement line, string field) => line.TryGetProperty(field, out var value) ? value.GetInt32() : null;

    private async Task<string> MailedAsync(Regex link)
    {
        var code = "";
        await Eventually.HoldsAsync($"a mail with {link}", () =>
            (code = mails.Mails().Select(x => link.Match(TextOf(x))).FirstOrDefault(x => x.Success)?.Groups[1].Value ?? "").Length > 0);
        return code;
    }

    private static string TextOf(string mail)
    {
        using var received = new MemoryStream(Encoding.UTF8.GetBytes(mail));
        using var message = MimeMessage.Load(received);
        return message.TextBody ?? "";
    }

    [GeneratedRegex("account/reset#token=([A-Za-z0-9_.-]+)")]
    private static partial Regex Reset();

    [GeneratedRegex("/api/users/exports/([A-Za-z0-9_.-]+)")]
    private static partial Regex Export();
}
