using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Proxy;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aarya.Specs.Roles;

/// <summary>The gateway in front of contexts that behave as each spec says.</summary>
[Collection("aarya")]
public sealed class ProxySpec(AaryaFixture fixture) : IAsyncLifetime
{
    private const string Keys = "/.well-known/jwks.json";
    private const string Guest = "/api/auth/guest";

    // How long the gateway waits for a context that is down.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly string folder = Directory.CreateTempSubdirectory("aarya-gate-").FullName;
    private WebApplication gateway = null!;
    private FakeContexts contexts = null!;
    private HttpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        contexts = await FakeContexts.StartAsync(folder);
        (gateway, client) = await StartAsync();
    }

    private async Task<(WebApplication, HttpClient)> StartAsync(params string[] settings)
    {
        var url = $"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}";
        var started = AaryaHost.Build(["--environment=Development", "--roles=gateway", $"--urls={url}",
            $"--AARYA_SOCKET_DIR={folder}", $"--AARYA_DIAL_SECONDS={Patience.TotalSeconds}", "--AARYA_RATE_LIMIT=0",
            $"--REDIS_URL={fixture.Redis.Url}", "--Logging:LogLevel:Yarp=Error", .. settings], Modules.All);
        await started.StartAsync();
        return (started, new() { BaseAddress = new(url) });
    }

    [Theory]
    [InlineData("GET", Keys)]
    [InlineData("POST", Guest)]
    public async Task a_context_slower_than_the_time_limit_is_answered_504(string method, string path)
    {
        var (impatient, impatientClient) = await StartAsync("--AARYA_REQUEST_SECONDS=1");
        await using var stopped = impatient;
        using var closed = impatientClient;
        contexts.Behave = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted);

        using var request = new HttpRequestMessage(new(method), path);
        if (method == "POST") request.Content = new StringContent("{}", null, "application/json");

        await ProblemAsync(await impatientClient.SendAsync(request), HttpStatusCode.GatewayTimeout, "service.timeout");
    }

    [Fact]
    public async Task a_context_is_told_who_asks_and_never_what_the_client_claims()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Keys);
        request.Headers.Host = "shop.aarya.example";
        foreach (var (name, value) in new[]
        {
            ("X-Forwarded-For", "6.6.6.6"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "evil"),
            (MeshTrust.SecretHeader, "guessed"),
            (MeshTrust.TimeLeftHeader, "999999999"),
        })
            request.Headers.Add(name, value);
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        (await client.SendAsync(request)).EnsureSuccessStatusCode();

        var seen = Assert.Single(contexts.Seen);
        Assert.Equal("HTTP/2", seen.Protocol);
        Assert.Equal("127.0.0.1", seen.Headers["X-Forwarded-For"]);
        Assert.Equal("http", seen.Headers["X-Forwarded-Proto"]);
        Assert.Equal("shop.aarya.example", seen.Headers["X-Forwarded-Host"]);
        Assert.False(seen.Headers.ContainsKey(MeshTrust.SecretHeader));
        Assert.InRange(int.Parse(seen.Headers[MeshTrust.TimeLeftHeader], CultureInfo.InvariantCulture), 1, 30_000);
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", seen.Headers["traceparent"], StringComparison.Ordinal);
        Assert.NotEmpty(seen.Headers["X-Request-Id"]);
    }

    [Fact]
    public async Task a_route_that_no_slice_has_is_refused_before_any_context_is_asked()
    {
        await ProblemAsync(await client.GetAsync(At("/api/nothing")), HttpStatusCode.NotFound, "route.not_found");
        await ProblemAsync(await client.PutAsync(At(Guest), null), HttpStatusCode.MethodNotAllowed, "method.not_allowed");
        // A context's RPCs cannot be reached from outside.
        await ProblemAsync(await client.PostAsync(At("/aarya.core.Core/GetUser"), null), HttpStatusCode.NotFound, "route.not_found");
        Assert.Empty(contexts.Seen);
    }

    [Fact]
    public async Task a_read_that_breaks_off_is_asked_again()
    {
        contexts.Behave = BreakOff(times: 2);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(At(Keys))).StatusCode);
        Assert.Equal(3, contexts.Seen.Count);
    }

    [Fact]
    public async Task a_keyed_request_that_breaks_off_is_sent_again_with_the_same_body()
    {
        contexts.Behave = BreakOff(times: 1);
        var answer = await client.SendAsync(Keyed(Guest, new string('x', 200_000)));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, contexts.Seen.Count);
        Assert.All(contexts.Seen, x => Assert.Equal(new string('x', 200_000), x.Body));
    }

    [Fact]
    public async Task a_request_without_a_key_is_never_sent_twice()
    {
        contexts.Behave = BreakOff(times: 1);
        await ProblemAsync(await client.PostAsync(At(Guest), new StringContent("{}", null, "application/json")),
            HttpStatusCode.BadGateway, "service.broke_off");
        Assert.Single(contexts.Seen);
    }

    // The break comes in any moment of a sending: the proxy may notice it where it reads the body or where it sends it.
    [Theory]
    [InlineData("/api/payments/webhooks/sandbox", 2, false)]
    [InlineData("/api/payments/webhooks/sandbox", 2, true)]
    [InlineData(Guest, 60_000, true)]
    [InlineData(Guest, 300_000, true)]
    public async Task a_body_that_a_context_did_not_take_is_never_the_clients_fault(string path, int length, bool chunked)
    {
        contexts.BreaksOffAtOnce = true;
        for (var round = 0; round < 100; round++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, At(path)) { Content = new StringContent(new string('x', length)) };
            request.Headers.TransferEncodingChunked = chunked;
            await ProblemAsync(await client.SendAsync(request), HttpStatusCode.BadGateway, "service.broke_off");
        }
    }

    [Fact]
    public async Task a_body_that_cannot_be_read_from_the_client_is_the_clients_fault()
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, client.BaseAddress!.Port);
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {Keys} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nFFFFFFFFFFFFFFFFF\r\n"));

        using var answer = new StreamReader(tcp.GetStream());
        Assert.Equal("HTTP/1.1 400 Bad Request", await answer.ReadLineAsync());
    }

    [Fact]
    public async Task a_keyed_request_of_an_unnamed_length_is_sent_again_too()
    {
        contexts.Behave = BreakOff(times: 1);
        using var request = Keyed(Guest, new string('x', 20_000));
        request.Headers.TransferEncodingChunked = true;

        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(request)).StatusCode);
        Assert.Equal(2, contexts.Seen.Count);
        Assert.All(contexts.Seen, x => Assert.Equal(new string('x', 20_000), x.Body));
    }

    [Fact]
    public async Task a_request_that_a_stopping_context_has_refused_unseen_is_sent_again_whether_it_has_a_key_or_not()
    {
        contexts.Behave = RefuseUnseen(times: 1);
        var answer = await client.PostAsync(At(Guest), new StringContent(new string('x', 200_000)));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, contexts.Seen.Count);
        Assert.All(contexts.Seen, x => Assert.Equal(new string('x', 200_000), x.Body));
    }

    [Theory]
    [InlineData("/api/payments/webhooks/sandbox", 2)]
    [InlineData(Guest, 300_000)]
    public async Task what_cannot_or_must_not_be_sent_again_is_answered_as_not_done(string path, int length)
    {
        contexts.Behave = RefuseUnseen(times: int.MaxValue);
        var answer = await client.PostAsync(At(path), new StringContent(new string('x', length)));

        Assert.Equal("1", answer.Headers.GetValues("Retry-After").Single());
        await ProblemAsync(answer, HttpStatusCode.ServiceUnavailable, "service.unavailable");
        Assert.Single(contexts.Seen);
    }

    [Fact]
    public async Task an_answer_that_has_begun_is_never_begun_again()
    {
        var arrived = new TaskCompletionSource();
        contexts.Behave = async (http, _) =>
        {
            await http.Response.WriteAsync("half");
            await http.Response.Body.FlushAsync();
            await arrived.Task;
            http.Abort();
        };
        using var answer = await client.GetAsync(At(Keys), HttpCompletionOption.ResponseHeadersRead);
        arrived.SetResult();

        await Assert.ThrowsAnyAsync<Exception>(answer.Content.ReadAsStringAsync);
        Assert.Single(contexts.Seen);
    }

    [Fact]
    public async Task repeating_never_becomes_the_load_that_keeps_a_context_down()
    {
        contexts.Behave = BreakOff(times: int.MaxValue);
        const int requests = 200;
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (_, cancellation) => await client.GetAsync(At(Keys), cancellation));

        // Fifty retries at once, and after that one per ten requests, although each request allows two.
        Assert.InRange(contexts.Seen.Count, requests + 50, requests + 50 + (requests / 10));
    }

    [Theory]
    [InlineData("GET", false, null, false, true)]
    [InlineData("HEAD", false, null, false, true)]
    [InlineData("GET", false, null, true, false)]
    [InlineData("POST", true, 262_144L, false, true)]
    [InlineData("POST", true, 262_145L, false, false)]
    [InlineData("POST", true, null, false, false)]
    [InlineData("GET", false, 262_145L, false, false)]
    [InlineData("POST", false, 2L, false, false)]
    [InlineData("POST", true, 2L, true, false)]
    [InlineData("DELETE", true, 0L, false, true)]
    public void only_what_is_safe_to_repeat_is_repeated(string method, bool keyed, long? length, bool sentOnce, bool may)
    {
        var http = new DefaultHttpContext { Request = { Method = method, ContentLength = length } };
        object[] marks = sentOnce ? [new NeverRepeatAttribute()] : [];
        http.SetEndpoint(new(null, new(marks), null));
        http.Features.Set<IHttpRequestBodyDetectionFeature>(new Body(length is > 0 || (length is null && HttpMethods.IsPost(method))));
        if (keyed) http.Request.Headers["Idempotency-Key"] = "k";
        Assert.Equal(may, ProxyRetry.MayRepeat(http.Request));
    }

    [Fact]
    public void the_endpoints_of_the_payment_context_that_clients_and_providers_call_are_never_repeated()
    {
        var payments = Modules.All.SelectMany(ContextRoutes.Of)
            .Where(x => x.Template.StartsWith("/api/payments", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(payments);
        Assert.All(payments, x => Assert.Single(x.Metadata.OfType<NeverRepeatAttribute>()));
    }

    [Fact]
    public async Task a_client_that_leaves_ends_the_work_of_the_context()
    {
        var left = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        contexts.Behave = async (http, _) =>
        {
            http.RequestAborted.Register(() => left.TrySetResult());
            entered.SetResult();
            await left.Task;
        };
        using var leaving = new CancellationTokenSource();
        var request = client.GetAsync(At(Keys), leaving.Token);
        await entered.Task;
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await left.Task;
    }

    [Fact]
    public async Task a_context_that_stays_away_is_waited_for_and_then_left_alone_for_a_moment()
    {
        await contexts.DisposeAsync();
        var first = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => TimedAsync()));
        Assert.All(first, x => Assert.Equal(HttpStatusCode.ServiceUnavailable, x.Status));
        Assert.All(first.Take(5), x => Assert.True(x.Took > Patience / 2, $"{x.Took}"));

        var (status, took) = await TimedAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.True(took < Patience / 4, $"{took}");
    }

    [Fact]
    public async Task a_context_that_says_it_is_not_well_gets_no_requests_until_it_is()
    {
        contexts.Alive = false;
        await UntilAsync(HttpStatusCode.ServiceUnavailable);
        var answer = await client.GetAsync(At(Keys));
        Assert.Equal("1", answer.Headers.GetValues("Retry-After").Single());
        await ProblemAsync(answer, HttpStatusCode.ServiceUnavailable, "service.unavailable");

        contexts.Alive = true;
        await UntilAsync(HttpStatusCode.OK);
    }

    private static Func<HttpContext, int, Task> BreakOff(int times) => (http, n) =>
    {
        if (n <= times) http.Abort();
        return Task.CompletedTask;
    };

    // REFUSED_STREAM, like the GOAWAY of a stopping server: nothing of the request was processed (RFC 9113, 8.7).
    private static Func<HttpContext, int, Task> RefuseUnseen(int times) => (http, n) =>
    {
        if (n <= times) http.Features.GetRequiredFeature<IHttpResetFeature>().Reset(7);
        return Task.CompletedTask;
    };

    private Task UntilAsync(HttpStatusCode status) => Eventually.HoldsAsync($"an answer {status}", async () =>
    {
        using var answer = await client.GetAsync(At(Keys));
        return answer.StatusCode == status;
    }, TimeSpan.FromSeconds(20));

    private async Task<(HttpStatusCode Status, TimeSpan Took)> TimedAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        var answer = await client.GetAsync(At(Keys));
        return (answer.StatusCode, TimeProvider.System.GetElapsedTime(began));
    }

    private static async Task ProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    private sealed record Body(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;

    private static HttpRequestMessage Keyed(string path, string body) =>
        new(HttpMethod.Post, At(path))
        {
            Content = new StringContent(body),
            Headers = { { "Idempotency-Key", Guid.NewGuid().ToString() } },
        };

    private static Uri At(string path) => new(path, UriKind.Relative);

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await gateway.StopAsync();
        await gateway.DisposeAsync();
        await contexts.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
