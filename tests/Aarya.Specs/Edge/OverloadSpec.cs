using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aarya.Features.Storefront;
using Aarya.Infrastructure.Edge;
using Aarya.Infrastructure.Mesh;
using Aarya.Specs.Support.Hosts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Specs.Edge;

/// <summary>More requests than the shop can work on, and requests that take too long.</summary>
[Collection("aarya")]
public sealed class OverloadSpec(AaryaFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task so_many_are_served_so_many_wait_and_the_rest_are_told_to_come_back()
    {
        var gate = new TaskCompletionSource();
        var inside = new SemaphoreSlim(0);
        await using var edge = await EdgeHost.StartAsync(fixture.Redis.Url, app =>
        {
            app.MapGet("/specs/slow", SlowAsync);
            app.MapGet("/specs/news", SlowAsync).WithMetadata(new WaitsForNewsAttribute());
        }, "AARYA_MAX_CONCURRENT=2", "AARYA_MAX_QUEUED=3");

        async Task<string> SlowAsync()
        {
            inside.Release();
            await gate.Task;
            return "done";
        }

        var served = Enumerable.Range(0, 2).Select(_ => edge.Client.GetAsync("/specs/slow", Cancel)).ToList();
        await inside.WaitAsync(Cancel);
        await inside.WaitAsync(Cancel);
        // The first three of these get a place in the queue. On this route `wait` changes nothing, because it does not wait for news.
        var late = Enumerable.Range(0, 5)
            .Select(x => edge.Client.GetAsync(x % 2 == 0 ? "/specs/slow" : "/specs/slow?wait=10s", Cancel)).ToList();
        var refused = new List<HttpResponseMessage>();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var first = await Task.WhenAny(late);
            late.Remove(first);
            refused.Add(await first);
        }

        // The full queue delays neither probes nor requests that wait for news.
        Assert.Equal(HttpStatusCode.OK, (await edge.Client.GetAsync("/health/live", Cancel)).StatusCode);
        var news = edge.Client.GetAsync("/specs/news?wait=10s", Cancel);
        await inside.WaitAsync(Cancel);
        gate.SetResult();

        Assert.All(refused, x => Assert.Equal(HttpStatusCode.ServiceUnavailable, x.StatusCode));
        Assert.All(refused, x => Assert.Equal(TimeSpan.FromSeconds(1), x.Headers.RetryAfter?.Delta));
        Assert.Equal("service.overloaded",
            (await refused[0].Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        foreach (var response in await Task.WhenAll([.. served, .. late, news])) Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task bodies_that_do_not_come_hold_no_place()
    {
        await using var edge = await EdgeHost.StartAsync(fixture.Redis.Url, app =>
        {
            app.MapGet("/specs/page", () => "page");
            app.MapPost("/specs/login", async (HttpContext http) =>
            {
                using var reader = new StreamReader(http.Request.Body);
                return $"read {(await reader.ReadToEndAsync(http.RequestAborted)).Length}";
            });
        }, "AARYA_MAX_CONCURRENT=2", "AARYA_MAX_QUEUED=0", "AARYA_RATE_LIMIT=0");

        var slow = new List<TcpClient>();
        for (var i = 0; i < 20; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, edge.Url.Port, Cancel);
            await client.GetStream().WriteAsync(
                "POST /specs/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nhal"u8.ToArray(), Cancel);
            slow.Add(client);
        }

        for (var i = 0; i < 50; i++) Assert.Equal(HttpStatusCode.OK, (await edge.Client.GetAsync("/specs/page", Cancel)).StatusCode);
        foreach (var client in slow) await client.GetStream().WriteAsync(new byte[997], Cancel);
        // All bodies are complete now, and two requests are processed at a time.
        foreach (var client in slow)
        {
            using var reader = new StreamReader(client.GetStream());
            Assert.Matches("HTTP/1.1 (200|503)", await reader.ReadToEndAsync(Cancel));
            client.Dispose();
        }
    }

    [Fact]
    public async Task bodies_of_one_address_take_no_more_than_their_share_of_the_memory()
    {
        var gate = new TaskCompletionSource();
        await using var edge = await EdgeHost.StartAsync(fixture.Redis.Url, app => app.MapPost("/specs/slow", async () =>
        {
            await gate.Task;
            return "done";
        }), "AARYA_RATE_LIMIT=0");

        var slow = new Uri("/specs/slow", UriKind.Relative);
        var sent = Enumerable.Range(0, 12)
            .Select(_ => edge.Client.PostAsync(slow, new ByteArrayContent(new byte[1024 * 1024]), Cancel)).ToList();
        // Eight fit, so that four are refused; until then none of the eight may end and make room for another.
        var waiting = sent.ToList();
        for (var i = 0; i < 4; i++)
        {
            var refused = await Task.WhenAny(waiting);
            waiting.Remove(refused);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await refused).StatusCode);
            Assert.NotNull((await refused).Headers.RetryAfter);
        }

        gate.SetResult();
        var answers = await Task.WhenAll(sent);
        Assert.InRange(answers.Count(x => x.StatusCode == HttpStatusCode.OK), 1, 8);
        // The memory of refused and ended requests is free again.
        using var again = await edge.Client.PostAsync(slow, new ByteArrayContent(new byte[1024 * 1024]), Cancel);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task tokens_of_unknown_keys_hold_no_place_and_wait_for_nothing()
    {
        await using var edge = await EdgeHost.StartAsync(fixture.Redis.Url, app => app.MapGet("/specs/page", () => "page"),
            "AARYA_MAX_CONCURRENT=1", "AARYA_MAX_QUEUED=0", "AARYA_RATE_LIMIT=2");

        // This process has never read a key, and core does not run: it must not wait for one.
        var answers = new ConcurrentBag<HttpStatusCode>();
        var eight = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel };
        await Parallel.ForAsync(0, 1_000, eight, async (x, cancellation) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/specs/page");
            var header = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"alg":"ES256","typ":"at+jwt","kid":"{{x}}"}""")).TrimEnd('=');
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {header}.e30.AAAA");
            using var answer = await edge.Client.SendAsync(request, cancellation);
            answers.Add(answer.StatusCode);
        });

        Assert.All(answers, x =>
            Assert.True(x is HttpStatusCode.TooManyRequests or HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{x}"));
        // Requests are counted before their key is looked up.
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
    }

    [Fact]
    public async Task a_body_that_never_ends_is_given_up_on_the_routes_of_live_connections_too()
    {
        await using var edge = await EdgeHost.StartAsync(fixture.Redis.Url, app =>
            app.MapMethods("/specs/negotiate", ["GET", "POST"], () => "connected").WithMetadata(new HubMetadata(typeof(StorefrontHub))),
            "AARYA_REQUEST_SECONDS=1");

        foreach (var method in new[] { "GET", "POST" })
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, edge.Url.Port, Cancel);
            var head = $"{method} /specs/negotiate HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\n";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head + new string('x', 900_000)), Cancel);
            using var reader = new StreamReader(client.GetStream());
            Assert.StartsWith("HTTP/1.1 504", await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task a_request_is_given_up_after_its_time_and_whatever_it_calls_knows_how_much_is_left()
    {
        DateTime? entered = null, told = null;
        await using var edge = await EdgeHost.StartAsync(fixture.Redis.Url, app => app.MapGet("/specs/never", async (HttpContext http) =>
        {
            (entered, told) = (DateTime.UtcNow, RequestDeadline.Current);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }), "AARYA_REQUEST_SECONDS=1");

        var began = DateTime.UtcNow;
        using var response = await edge.Client.GetAsync("/specs/never", Cancel);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("service.timeout", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        Assert.InRange(DateTime.UtcNow - began, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
        Assert.InRange(told!.Value, began + TimeSpan.FromSeconds(0.9), entered!.Value + TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("/specs/late")]
    [InlineData("/specs/broken")]
    public async Task half_an_answer_is_broken_off_and_gets_no_problem_behind_it(string path)
    {
        await using var edge = await EdgeHost.StartAsync(fixture.Redis.Url, app =>
        {
            app.MapGet("/specs/late", async (HttpContext http) =>
            {
                WriteHalf(http);
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            });
            app.MapGet("/specs/broken", (HttpContext http) =>
            {
                WriteHalf(http);
                throw new InvalidOperationException("broken on purpose");
            });
        }, "AARYA_REQUEST_SECONDS=1");

        // Not even a header is sent: after it a client would take what follows for the answer.
        await Assert.ThrowsAsync<HttpRequestException>(() => edge.Client.GetAsync(path, Cancel));

        static void WriteHalf(HttpContext http)
        {
            var body = http.Response.BodyWriter;
            body.Advance(Encoding.UTF8.GetBytes("""{"half":""", body.GetSpan(8)));
        }
    }
}
