using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace Aarya.Specs.Fronts;

/// <summary>The shop through nginx with the configuration in deploy/nginx.</summary>
public sealed class NginxSpec
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_purchase_goes_through_it_over_http_2_and_is_seen_live()
    {
        await using var shop = await StartAsync();
        await using var nginx = await NginxServer.StartAsync(shop.Url.Authority);
        using (var staff = await shop.StaffAsync("merchandiser")) await staff.PublishKurtaAsync("KRT-NGINX");
        using var shopper = nginx.Client(HttpVersion.Version20);
        var token = await GuestAsync(shopper);
        shopper.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var added = await shopper.PostAsJsonAsync("/api/cart/items", new { sku = "KRT-NGINX", quantity = 1 }, Cancel);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (added.StatusCode, added.Version));
        await using var line = Line(nginx, token);
        var seen = new TaskCompletionSource();
        line.On<JsonElement>("order", _ => seen.TrySetResult());
        await line.StartAsync(Cancel);
        await SplitShop.OrderAsync(shopper, "tok_visa", "nginx");
        await Eventually.HoldsAsync("the order is seen live", () => seen.Task.IsCompleted);

        // A certificate is renewed under the open connection.
        Assert.Equal(nginx.Thumbprint, await ThumbprintAsync(nginx));
        nginx.Renew();
        await nginx.ReloadAsync();
        await Eventually.HoldsAsync("new connections get the new certificate",
            async () => await ThumbprintAsync(nginx) == nginx.Thumbprint);
        Assert.Equal(HubConnectionState.Connected, line.State);
        await line.InvokeAsync("WatchProduct", Guid.CreateVersion7(), Cancel);
    }

    [Fact]
    public async Task plain_http_leads_to_the_shop_and_never_to_a_host_that_the_client_names()
    {
        await using var shop = await StartAsync();
        await using var nginx = await NginxServer.StartAsync(shop.Url.Authority);
        nginx.Challenge("word", "proof");
        using var http = nginx.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(nginx.Plain, "/api/products?limit=1"));
        request.Headers.Host = "evil.example";
        using var led = await http.SendAsync(request, Cancel);
        Assert.Equal((HttpStatusCode.PermanentRedirect, "https://shop.aarya.example/api/products?limit=1"),
            (led.StatusCode, led.Headers.Location?.OriginalString));
        Assert.Equal("proof", await http.GetStringAsync(new Uri(nginx.Plain, "/.well-known/acme-challenge/word"), Cancel));

        using var answer = await http.GetAsync("/api/products", Cancel);

        Assert.Equal("nginx", answer.Headers.Server.ToString());
        // The gateway knows that its client came over TLS.
        Assert.Contains("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task the_gateway_limits_each_client_by_its_own_address()
    {
        await using var shop = await StartAsync(("AARYA_RATE_LIMIT", "10"));
        await using var nginx = await NginxServer.StartAsync(shop.Url.Authority);
        using var flood = nginx.Client(from: "127.0.0.2");
        using var other = nginx.Client(from: "127.0.0.3");
        var statuses = await Task.WhenAll(Enumerable.Range(0, 60).Select(async x =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/products?limit={(x % 50) + 1}");
            // A client that pretends to be many.
            request.Headers.Add("X-Forwarded-For", $"198.51.100.{x}");
            request.Headers.Add("Forwarded", $"for=198.51.100.{x}");
            using var answer = await flood.SendAsync(request, Cancel);
            return answer.StatusCode;
        }));

        using var well = await other.GetAsync("/api/products", Cancel);

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Equal(HttpStatusCode.OK, well.StatusCode);
    }

    [Fact]
    public async Task the_gateway_answers_what_it_refuses_itself()
    {
        await using var shop = await StartAsync();
        await using var nginx = await NginxServer.StartAsync(shop.Url.Authority);
        using var direct = new HttpClient(NginxServer.Handler()) { BaseAddress = shop.Url };
        using var through = nginx.Client();
        foreach (var make in new Func<HttpRequestMessage>[]
        {
            () => new(HttpMethod.Get, "/api/products?limit=2"),
            () => new(HttpMethod.Head, "/api/products"),
            () => new(HttpMethod.Get, "/api//products"),
            () => new(HttpMethod.Get, "/api/products/%2e%2e%2fcart"),
            () => new(HttpMethod.Get, "/api/search?q=%00"),
            () => new(HttpMethod.Get, "/api/search?q=%E0%A4%95%20a%2Bb"),
            () => new(HttpMethod.Get, $"/api/search?q={new string('a', 7_000)}"),
            () => new(HttpMethod.Get, $"/api/search?q={new string('a', 20_000)}"),
            () => new(HttpMethod.Get, "/api/products") { Headers = { { "X-Long", new string('a', 30_000) } } },
            () => new(HttpMethod.Get, "/api/products") { Headers = { { "X-Long", new string('a', 50_000) } } },
            () => new(HttpMethod.Get, "/api/products") { Headers = { { "X-Odd", "caf\u00e9 \u00ff" } } },
            () => new(HttpMethod.Post, "/api/cart/items") { Content = new StringContent("{}", Encoding.UTF8, "text/plain") },
            () => new(HttpMethod.Post, "/api/cart/items") { Content = new ByteArrayContent(new byte[1_500_000]) },
            () => new(HttpMethod.Post, "/api/cart/items") { Content = new ByteArrayContent(new byte[3_000_000]) },
            () => new(HttpMethod.Options, "/api/products")
            {
                Headers = { { "Origin", "https://a.example" }, { "Access-Control-Request-Method", "GET" } },
            },
            () => new(new HttpMethod("PROPFIND"), "/api/products"),
        })
        {
            using var request = make();
            var size = request.Headers.ToString().Length + (request.Content?.Headers.ContentLength ?? 0);
            var what = $"{size} bytes of {request.Method} {request.RequestUri}";
            var there = await AnswerAsync(through, request);
            using var again = make();
            var here = await AnswerAsync(direct, again);
            Assert.True(here == there, $"{what[..Math.Min(what.Length, 90)]}: {here} of the gateway, {there} through nginx");
        }
    }

    [Fact]
    public async Task a_file_comes_compressed_and_an_answer_with_a_token_does_not()
    {
        await using var shop = await StartAsync();
        await using var nginx = await NginxServer.StartAsync(shop.Url.Authority);
        using var http = nginx.Client();
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip, br");

        using var description = await http.GetAsync("/openapi/v1.json", Cancel);
        using var token = await http.PostAsJsonAsync("/api/auth/guest", new { }, Cancel);

        Assert.Equal(["br"], description.Content.Headers.ContentEncoding);
        Assert.Equal((true, 0), (token.IsSuccessStatusCode, token.Content.Headers.ContentEncoding.Count));
    }

    [Fact]
    public async Task a_gateway_that_is_away_is_a_503_and_nothing_of_a_request_is_logged()
    {
        await using var shop = await StartAsync();
        await using var nginx = await NginxServer.StartAsync(shop.Url.Authority);
        using var http = nginx.Client();
        using (var well = await http.GetAsync("/api/search?q=private-words", Cancel)) Assert.Equal(HttpStatusCode.OK, well.StatusCode);
        await shop.Role(ActiveRoles.All).KillAsync();

        for (var i = 0; i < 3; i++)
        {
            using var answer = await http.PostAsJsonAsync("/api/checkout?code=private-words", new { }, Cancel);
            Assert.Equal("2", answer.Headers.RetryAfter?.ToString());
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal((503, "service.unavailable"), await ProblemAsync(answer));
        }

        await shop.StartRoleAsync(ActiveRoles.All, Trusting);
        using var back = await http.GetAsync("/api/products", Cancel);
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.Contains("GET 200", nginx.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("private-words", nginx.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", nginx.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_request_that_broke_off_is_sent_once_and_may_have_had_its_effect()
    {
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        gateway.Start();
        await using var nginx = await NginxServer.StartAsync(gateway.LocalEndpoint.ToString()!);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var received = 0;
        var breaking = BreakOffAsync();
        using var http = nginx.Client();

        using var answer = await http.PostAsJsonAsync("/api/checkout", new { }, Cancel);

        Assert.Equal((502, "service.broke_off"), await ProblemAsync(answer));
        Assert.Equal(1, received);
        // Not by the end of the listener: accepting would fail in another way when it had not begun yet.
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => breaking);

        async Task BreakOffAsync()
        {
            var bytes = new byte[65_536];
            while (true)
            {
                using var connection = await gateway.AcceptSocketAsync(ending.Token);
                await connection.ReceiveAsync(bytes, SocketFlags.None, ending.Token);
                received++;
            }
        }
    }

    [Fact]
    public async Task it_reaches_a_gateway_at_a_socket_which_still_knows_the_client()
    {
        await using var shop = await SplitShop.StartAsync();
        var socket = $"{shop.Sockets}/gateway.sock";
        await shop.StartRoleAsync(ActiveRoles.All, ("AARYA_URLS", $"http://unix:{socket};{shop.Url}"), ("AARYA_RATE_LIMIT", "10"));
        Assert.Equal(OfGroup, File.GetUnixFileMode(socket));
        await using var nginx = await NginxServer.StartAsync($"unix:{socket}");
        using var flood = nginx.Client(from: "127.0.0.2");
        using var other = nginx.Client(from: "127.0.0.3");
        var statuses = await Task.WhenAll(Enumerable.Range(0, 60).Select(async x =>
        {
            using var answer = await flood.GetAsync($"/api/products?limit={(x % 50) + 1}", Cancel);
            return answer.StatusCode;
        }));

        using var well = await other.GetAsync("/api/products", Cancel);

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Equal(HttpStatusCode.OK, well.StatusCode);

        // The port beside it is no proxy's: there a client that pretends to be many is one.
        using var direct = new HttpClient { BaseAddress = shop.Url };
        var pretending = await Task.WhenAll(Enumerable.Range(0, 60).Select(async x =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products");
            request.Headers.Add("X-Forwarded-For", $"198.51.100.{x}");
            using var answer = await direct.SendAsync(request, Cancel);
            return answer.StatusCode;
        }));
        Assert.Contains(HttpStatusCode.TooManyRequests, pretending);
    }

    [Fact]
    public async Task a_gateway_at_a_socket_is_replaced_without_a_failed_request()
    {
        await using var shop = await SplitShop.StartAsync();
        var socket = $"{shop.Sockets}/gateway.sock";
        await shop.StartRoleAsync(ActiveRoles.All, ("AARYA_URLS", $"http://unix:{socket}"));
        await using var nginx = await NginxServer.StartAsync($"unix:{socket}");
        using var http = nginx.Client();
        using var ended = new CancellationTokenSource();
        var answers = 0;
        var asking = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AskAsync()));

        var old = shop.Role(ActiveRoles.All);
        await shop.StartRoleAsync(ActiveRoles.All, ("AARYA_URLS", $"http://unix:{socket}"), ("AARYA_SOCKET_TAKEOVER", "true"),
            ("AARYA_NODE", "the-new-one"), ("AARYA_SOLO", "false"));
        await old.StopAsync();
        var before = Volatile.Read(ref answers);
        await Eventually.HoldsAsync("the new one answers", () => asking.IsCompleted || Volatile.Read(ref answers) > before + 100);
        await ended.CancelAsync();
        await asking;

        async Task AskAsync()
        {
            while (!ended.IsCancellationRequested)
            {
                using var answer = await http.GetAsync("/api/products?limit=1", Cancel);
                using var guest = await http.PostAsJsonAsync("/api/auth/guest", new { }, Cancel);
                Assert.Equal((HttpStatusCode.OK, true), (answer.StatusCode, guest.IsSuccessStatusCode));
                Interlocked.Increment(ref answers);
            }
        }
    }

    private const UnixFileMode OfGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private static readonly (string, string)[] Trusting = [("AARYA_TRUSTED_PROXIES", "127.0.0.1")];

    private static async Task<SplitShop> StartAsync(params (string Name, string Value)[] more)
    {
        var shop = await SplitShop.StartAsync();
        await shop.StartRoleAsync(ActiveRoles.All, [.. Trusting, .. more]);
        return shop;
    }

    private static async Task<string> GuestAsync(HttpClient http)
    {
        using var guest = await http.PostAsJsonAsync("/api/auth/guest", new { }, Cancel);
        return (await guest.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("accessToken").GetString()!;
    }

    private static HubConnection Line(NginxServer nginx, string token) =>
        new HubConnectionBuilder().WithUrl(new Uri(nginx.Url, "/hubs/storefront"), x =>
        {
            x.Transports = HttpTransportType.WebSockets;
            x.HttpMessageHandlerFactory = _ => NginxServer.Handler();
#pragma warning disable CA5359 // The certificate is the spec's own.
            x.WebSocketConfiguration = y => y.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            x.AccessTokenProvider = () => Task.FromResult<string?>(token);
        }).Build();

    private static async Task<string> ThumbprintAsync(NginxServer nginx)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(nginx.Url.Host, nginx.Url.Port, Cancel);
        var thumbprint = "";
#pragma warning disable CA5359 // It is looked at, not trusted.
        await using var tls = new System.Net.Security.SslStream(connection.GetStream(), false, (_, certificate, _, _) =>
        {
            thumbprint = certificate!.GetCertHashString();
            return true;
        });
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync("shop.aarya.example");
        return thumbprint;
    }

    private static async Task<(int Status, string Code)> ProblemAsync(HttpResponseMessage answer)
    {
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        return ((int)answer.StatusCode, problem.GetProperty("code").GetString()!);
    }

    // Without a body, or with one that is no problem: no code.
    private static async Task<(HttpStatusCode Status, string Code)> AnswerAsync(HttpClient http, HttpRequestMessage request)
    {
        // The body follows when it is wanted: a server that refuses it may close the connection before the client has read the answer.
        request.Headers.ExpectContinue = request.Content?.Headers.ContentLength > 1_000_000;
        using var answer = await http.SendAsync(request, Cancel);
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json" || request.Method == HttpMethod.Head)
            return (answer.StatusCode, "");
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString()!);
    }
}
