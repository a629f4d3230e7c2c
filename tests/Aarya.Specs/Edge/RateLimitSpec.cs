using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features;
using Aarya.Infrastructure.Proxy;
using Aarya.Infrastructure.Rates;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Alba;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Aarya.Specs.Edge;

public sealed class RateLimitSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly AaryaFixture fixture = fixture;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_client_that_asks_too_often_is_told_when_to_come_back()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var edge = await StartAsync(redis, "AARYA_RATE_LIMIT=2");

        var answers = await BurstAsync(edge, "/specs/page", 30);

        Assert.All(answers[..2], x => Assert.Equal(HttpStatusCode.OK, x.StatusCode));
        var refused = answers.First(x => x.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("rate.limited", problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        Assert.All(await BurstAsync(edge, "/health/live", 30), x => Assert.Equal(HttpStatusCode.OK, x.StatusCode));
    }

    [Fact]
    public async Task what_is_refused_and_what_a_browser_asks_first_count_too()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var edge = await StartAsync(redis, "AARYA_RATE_LIMIT=2", "AARYA_CORS_ORIGINS=https://aarya.example");

        Assert.Contains(await BurstAsync(edge, "/specs/page?x=%00", 30), x => x.StatusCode == HttpStatusCode.TooManyRequests);
        List<HttpStatusCode> asked = [];
        for (var i = 0; i < 30; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, "/specs/page");
            request.Headers.Add("Origin", "https://aarya.example");
            request.Headers.Add("Access-Control-Request-Method", "POST");
            using var answer = await edge.Client.SendAsync(request, Cancel);
            asked.Add(answer.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, asked);
    }

    [Fact]
    public async Task the_allowance_is_the_clients_and_not_the_nodes()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis, "AARYA_RATE_LIMIT_LOGIN=6");
        await using var other = await StartAsync(redis, "AARYA_RATE_LIMIT_LOGIN=6");
        // A node that Redis does not answer within 100 ms counts for itself, as it does on a machine without CPU.
        foreach (var edge in new[] { one, other })
            edge.Services.GetRequiredService<RateCounter>().Patience = TimeSpan.FromSeconds(30);

        List<HttpResponseMessage> answers = [.. await BurstAsync(one, "/specs/login", 5), .. await BurstAsync(other, "/specs/login", 5)];

        Assert.Equal(6, answers.Count(x => x.StatusCode == HttpStatusCode.OK));
        // The allowance for logins is used up, not the general one.
        Assert.Equal(HttpStatusCode.OK, (await one.Client.GetAsync("/specs/page", Cancel)).StatusCode);
        Assert.InRange(answers[^1].Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task while_redis_is_away_the_node_counts_for_itself_what_it_let_through_before_too()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var edge = await StartAsync(redis, "AARYA_RATE_LIMIT_LOGIN=6");
        Assert.Equal(HttpStatusCode.OK, (await edge.Client.GetAsync("/specs/login", Cancel)).StatusCode);
        await redis.KillAsync();

        var answers = await BurstAsync(edge, "/specs/login", 10);

        Assert.Equal(5, answers.Count(x => x.StatusCode == HttpStatusCode.OK));
        Assert.Equal(5, answers.Count(x => x.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task zero_switches_every_limit_off()
    {
        await using var edge = await StartAsync(fixture.Redis, "AARYA_RATE_LIMIT=0", "AARYA_RATE_LIMIT_LOGIN=1");
        Assert.All(await BurstAsync(edge, "/specs/login", 40), x => Assert.Equal(HttpStatusCode.OK, x.StatusCode));
    }

    [Fact]
    public async Task everybody_with_a_token_has_an_allowance_of_their_own()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await fixture.NodeApartAsync(x => x.UseSetting("REDIS_URL", redis.Url).UseSetting("AARYA_RATE_LIMIT", "5"));
        var first = await node.GuestToken();
        var second = await node.GuestToken();

        var greedy = await BurstAsync(node, first, 40);
        var other = await BurstAsync(node, second, 5);

        Assert.Contains(greedy, x => x == HttpStatusCode.TooManyRequests);
        Assert.All(other, x => Assert.Equal(HttpStatusCode.OK, x));
    }

    [Fact]
    public async Task sessions_of_guests_are_counted_by_the_address_whatever_token_asks_for_them()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await fixture.NodeApartAsync(x => x.UseSetting("REDIS_URL", redis.Url)
            .UseSetting("AARYA_RATE_LIMIT", "100").UseSetting("AARYA_RATE_LIMIT_GUEST", "12"));
        List<HttpStatusCode> answers = [];
        for (var i = 0; i < 3; i++)
        {
            using var client = node.Server.CreateClient();
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await node.GuestToken());
            for (var j = 0; j < 8; j++)
            {
                using var answer = await client.PostAsync("/api/auth/guest", null, Cancel);
                answers.Add(answer.StatusCode);
            }

            if (i == 0) Assert.DoesNotContain(HttpStatusCode.TooManyRequests, answers);
            if (answers.Contains(HttpStatusCode.TooManyRequests)) break;
        }

        // 12 at once, then one per five minutes. The tokens that the spec itself takes use up some of them.
        Assert.InRange(answers.Count(x => x == HttpStatusCode.OK || x == HttpStatusCode.Created), 8, 12);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    public void an_ipv6_customer_counts_as_one(string address, string client) =>
        Assert.Equal(client, RateLimits.NetworkOf(IPAddress.Parse(address)));

    [Fact]
    public void a_nodes_own_count_refills_evenly_and_never_grows_past_its_bound()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var rates = new LocalRates(time, most: 3);
        Rate[] client = [new("a", 2, TimeSpan.FromSeconds(2))];

        Assert.Equal(TimeSpan.Zero, rates.Take(client));
        Assert.Equal(TimeSpan.Zero, rates.Take(client));
        Assert.Equal(TimeSpan.FromSeconds(1), rates.Take(client));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, rates.Take(client));

        for (var i = 0; i < 100; i++) rates.Take([new($"stranger {i}", 1, TimeSpan.FromHours(1))]);
        // The third and all later strangers share one entry, whose allowance is used up.
        Assert.InRange(rates.Count, 3, 4);
        Assert.NotEqual(TimeSpan.Zero, rates.Take([new("one more", 1, TimeSpan.FromHours(1))]));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(TimeSpan.Zero, rates.Take([new("one more", 1, TimeSpan.FromHours(1))]));
    }

    [Fact]
    public void every_endpoint_names_a_policy_that_its_module_declares()
    {
        var named = Modules.All.SelectMany(x => ContextRoutes.Of(x)
            .Select(route => (Context: x, Limit: route.Metadata.OfType<RateLimitAttribute>().SingleOrDefault()))
            .Where(route => route.Limit is not null)).ToList();

        Assert.NotEmpty(named);
        Assert.All(named, x => Assert.Contains(x.Limit!.Policy, x.Context.RatePolicies.Select(policy => policy.Name)));
        Assert.Empty(Modules.All.SelectMany(x => x.RatePolicies).Select(x => x.Name).Except(named.Select(x => x.Limit!.Policy)));
        Assert.Throws<ArgumentException>(() => new RatePolicies([]).Named("logn"));
    }

    private static Task<EdgeHost> StartAsync(RedisServer redis, params string[] settings) => EdgeHost.StartAsync(redis.Url, app =>
    {
        app.MapGet("/specs/page", () => "page");
        app.MapGet("/specs/login", () => "in").WithMetadata(new RateLimitAttribute("login"));
    }, settings);

    private static async Task<List<HttpResponseMessage>> BurstAsync(EdgeHost edge, string path, int count)
    {
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < count; i++) answers.Add(await edge.Client.GetAsync(path, Cancel));
        return answers;
    }

    private static async Task<List<HttpStatusCode>> BurstAsync(IAlbaHost node, string token, int count)
    {
        using var client = node.Server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return [
            .. await Task.WhenAll(Enumerable.Range(0, count)
                .Select(async _ => (await client.GetAsync("/.well-known/jwks.json", Cancel)).StatusCode))];
    }
}
