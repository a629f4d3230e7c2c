using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Infrastructure.Grpc;
using Aarya.Specs.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

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
        await using var edge = await EdgeHost.StartAsync(fixture.Redis.Url, app => app.MapGet("/specs/slow", async () =>
        {
            inside.Release();
            await gate.Task;
            return "done";
        }), "AARYA_MAX_CONCURRENT=2", "AARYA_MAX_QUEUED=3");

        var served = Enumerable.Range(0, 2).Select(_ => edge.Client.GetAsync("/specs/slow", Cancel)).ToList();
        await inside.WaitAsync(Cancel);
        await inside.WaitAsync(Cancel);
        // Three of these find a place in the queue, whichever come first.
        var late = Enumerable.Range(0, 5).Select(_ => edge.Client.GetAsync("/specs/slow", Cancel)).ToList();
        var refused = new List<HttpResponseMessage>();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var first = await Task.WhenAny(late);
            late.Remove(first);
            refused.Add(await first);
        }

        // Neither probes nor those who wait for news are held up by the crowd.
        Assert.Equal(HttpStatusCode.OK, (await edge.Client.GetAsync("/health/live", Cancel)).StatusCode);
        var news = edge.Client.GetAsync("/specs/slow?wait=10s", Cancel);
        await inside.WaitAsync(Cancel);
        gate.SetResult();

        Assert.All(refused, x => Assert.Equal(HttpStatusCode.ServiceUnavailable, x.StatusCode));
        Assert.All(refused, x => Assert.Equal(TimeSpan.FromSeconds(1), x.Headers.RetryAfter?.Delta));
        Assert.Equal("service.overloaded", (await refused[0].Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        foreach (var response in await Task.WhenAll([.. served, .. late, news])) Assert.Equal(HttpStatusCode.OK, response.StatusCode);
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
}
