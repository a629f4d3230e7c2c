using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Alba;
using Microsoft.AspNetCore.Hosting;

namespace Aarya.Specs.Edge;

public sealed class HealthSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly AaryaFixture fixture = fixture;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_process_says_that_it_runs()
    {
        var (status, body) = await GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("up", body.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/health")]
    public async Task every_part_is_listed_with_its_latency(string path)
    {
        var (status, body) = await GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("up", body.GetProperty("status").GetString());
        Assert.Equal("all", body.GetProperty("role").GetString());
        var parts = body.GetProperty("parts").EnumerateArray().ToList();
        Assert.Equal(["redis.state", "redis.cache", "postgres.core", "postgres.commerce", "postgres.payment",
            "postgres.content", "postgres.search"],
            parts.Select(x => x.GetProperty("name").GetString()));
        Assert.All(parts, x => Assert.Equal("up", x.GetProperty("status").GetString()));
        Assert.All(parts, x => Assert.InRange(x.GetProperty("latencyMs").GetDouble(), 0, 2100));
    }

    [Fact]
    public async Task a_part_that_is_away_shows_and_only_a_vital_one_takes_the_process_out()
    {
        await using var state = await RedisServer.StartAsync();
        await using var cache = await RedisServer.StartAsync();
        await using var node =
            await fixture.NodeApartAsync(x => x.UseSetting("REDIS_URL", state.Url).UseSetting("REDIS_CACHE_URL", cache.Url));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/health", node)).Item1);

        await cache.KillAsync();
        await UntilAsync("/health", HttpStatusCode.ServiceUnavailable, "health.degraded");
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/health/ready", node)).Item1);

        await state.KillAsync();
        await UntilAsync("/health/ready", HttpStatusCode.ServiceUnavailable, "health.down");
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/health/live", node)).Item1);

        async Task UntilAsync(string path, HttpStatusCode status, string code)
        {
            (HttpStatusCode Status, JsonElement Body) answer = default;
            // An answer is cached for a second.
            await Eventually.HoldsAsync($"{path} to answer {status}", async () => (answer = await GetAsync(path, node)).Status == status);
            Assert.Equal(code, answer.Body.GetProperty("code").GetString());
            Assert.Contains(answer.Body.GetProperty("parts").EnumerateArray(), x => x.GetProperty("status").GetString() == "down");
        }
    }

    private async Task<(HttpStatusCode, JsonElement)> GetAsync(string path, IAlbaHost? node = null)
    {
        using var client = (node ?? Host).Server.CreateClient();
        using var response = await client.GetAsync(path, Cancel);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }
}
