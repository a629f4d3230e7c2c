using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Specs.CorePlatform;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace Aarya.Specs.RealTime;

/// <summary>A live connection lasts no longer than the session that opened it.</summary>
public sealed class LiveConnectionsSpec(AaryaFixture fixture, OtherNode node) : CoreSpec(fixture), IClassFixture<OtherNode>
{
    [Fact]
    public async Task a_line_is_closed_when_its_session_ends_on_whatever_node_and_no_other_is()
    {
        var email = await RegisteredAsync();
        var (phone, laptop) = (await SignInAsync(email), await SignInAsync(email));
        await using var ended = await Line.OpenAsync(Host, phone);
        await using var kept = await Line.OpenAsync(Host, laptop);
        await using var anonymous = await Line.OpenAsync(Host, null);

        await node.Host.Scenario(x =>
        {
            x.WithBearerToken(phone.AccessToken);
            x.Post.Url("/api/auth/logout");
            x.StatusCodeShouldBe(HttpStatusCode.NoContent);
        });

        await ended.Closed.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        foreach (var line in new[] { kept, anonymous }) await line.AnswersAsync();
    }

    [Fact]
    public async Task a_new_password_closes_the_lines_of_whoever_was_signed_in()
    {
        var shopper = await SignedInAsync();
        await using var line = await Line.OpenAsync(Host, shopper);
        var notice =
            Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(shopper.User.Email!), "/api/auth/password/forgot"));
        await ToldAsync(HttpStatusCode.OK, new ResetPassword(TokenOf(notice), "another way to Mumbai"), "/api/auth/password/reset");
        await line.Closed.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task a_line_is_closed_when_its_token_expires()
    {
        var shopper = await SignedInAsync();
        // The token is valid for five more seconds of the half minute by which clocks may differ.
        var ending = shopper with { AccessToken = ChangedFrom(shopper.AccessToken, x => x.Expires = DateTime.UtcNow.AddSeconds(-25)) };
        await using var line = await Line.OpenAsync(Host, ending);
        await using var kept = await Line.OpenAsync(Host, shopper);
        await line.Closed.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await kept.AnswersAsync();
    }

    [Fact]
    public async Task a_bad_token_opens_no_line_at_all()
    {
        var shopper = await SignedInAsync();
        foreach (var bad in new[] { "x", ExpiredTokenLike(shopper.AccessToken), shopper.AccessToken[..^4] + "AAAA" })
        {
            var refused = await Assert.ThrowsAsync<HttpRequestException>(async () =>
                await Line.OpenAsync(Host, shopper with { AccessToken = bad }));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }
    }

    [Theory]
    [InlineData("/hubs/storefront/negotiate?negotiateVersion=1&access_token=")]
    [InlineData("/hubs/storefront/negotiate?negotiateVersion=1&access_token=x&access_token=x")]
    [InlineData("/HUBS/storefront/negotiate?negotiateVersion=1&access_token=x")]
    [InlineData("/Hubs/Storefront/negotiate?negotiateVersion=1&ACCESS_TOKEN=x")]
    public async Task a_bad_token_in_the_query_opens_no_line_however_it_is_written(string path) =>
        await Host.Scenario(x =>
        {
            x.Post.Url(path);
            x.StatusCodeShouldBe(HttpStatusCode.Unauthorized);
        });

    [Fact]
    public async Task a_line_that_calls_what_is_not_there_is_closed_when_it_does_not_stop()
    {
        await using var line = await Line.OpenAsync(Host, null);
        var calls = 0;
        try
        {
            while (!line.Closed.IsCompleted && calls < 100 * Infrastructure.RealTime.ConnectionLimit.Burst)
            {
                calls++;
                await line.SendAsync(calls % 2 == 0 ? "NoSuchMethod" : "WatchProduct", "no product");
            }
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException or HttpRequestException)
        {
            // The line was closed during the call.
        }

        await line.Closed.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.True(calls >= Infrastructure.RealTime.ConnectionLimit.Burst, $"closed after {calls} calls");
    }

    [Fact]
    public async Task the_lines_of_one_address_watch_so_many_products_together()
    {
        var most = Infrastructure.RealTime.LiveConnections.MostWatchedOfAddress;
        var lines = new List<Line>();
        try
        {
            var (refused, watched) = (0, 0);
            for (; refused == 0 && watched <= most; watched++)
            {
                if (watched % Infrastructure.RealTime.LiveConnections.MostWatched == 0) lines.Add(await Line.OpenAsync(Host, null));
                try
                {
                    await lines[^1].AnswersAsync();
                }
                catch (HubException e) when (e.Message.Contains("network address", StringComparison.Ordinal))
                {
                    refused++;
                }
            }

            Assert.Equal(1, refused);
            // Lines that other specs have just closed may still count.
            Assert.InRange(watched - 1, most - Infrastructure.RealTime.LiveConnections.MostWatched, most);
            // Another line may use the share of a closed one.
            await lines[0].DisposeAsync();
            await Eventually.HoldsAsync("a line that was closed to count no longer", async () =>
            {
                try
                {
                    await lines[^1].AnswersAsync();
                    return true;
                }
                catch (HubException)
                {
                    return false;
                }
            });
        }
        finally
        {
            foreach (var line in lines) await line.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("http://localhost", true)]
    [InlineData("https://evil.example", false)]
    [InlineData("http://localhost.evil.example", false)]
    [InlineData("null", false)]
    public async Task a_page_of_another_origin_opens_no_line(string origin, bool allowed)
    {
        if (allowed)
        {
            await using var line = await Line.OpenAsync(Host, null, origin);
            await line.AnswersAsync();
            return;
        }

        var refused = await Assert.ThrowsAsync<HttpRequestException>(async () => await Line.OpenAsync(Host, null, origin));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task a_line_calls_so_often_and_is_closed_when_it_does_not_stop()
    {
        await using var line = await Line.OpenAsync(Host, null);
        for (var i = 0; i < Infrastructure.RealTime.CallLimit.Burst; i++) await line.AnswersAsync(Guid.Empty);
        var refused = 0;
        try
        {
            while (!line.Closed.IsCompleted)
            {
                try
                {
                    await line.AnswersAsync(Guid.Empty);
                }
                catch (HubException e) when (e.Message.Contains("rate.limited", StringComparison.Ordinal))
                {
                    refused++;
                }
            }
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException or HttpRequestException)
        {
            // The line was closed during the call.
        }

        await line.Closed.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.NotEqual(0, refused);
    }

    private sealed class Line : IAsyncDisposable
    {
        private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly HubConnection connection;

        private Line(HubConnection connection)
        {
            this.connection = connection;
            connection.Closed += _ =>
            {
                closed.TrySetResult();
                return Task.CompletedTask;
            };
        }

        public Task Closed => closed.Task;

        public static async Task<Line> OpenAsync(IAlbaHost host, SignedIn? who, string? origin = null)
        {
            var connection = new HubConnectionBuilder().WithUrl(new Uri(host.Server.BaseAddress, "/hubs/storefront"), x =>
            {
                x.HttpMessageHandlerFactory = _ => host.Server.CreateHandler();
                x.Transports = HttpTransportType.LongPolling;
                if (origin is not null) x.Headers["Origin"] = origin;
                if (who is not null) x.AccessTokenProvider = () => Task.FromResult<string?>(who.AccessToken);
            }).Build();
            var line = new Line(connection);
            await connection.StartAsync(Cancellation);
            return line;
        }

        public Task AnswersAsync(Guid? product = null) =>
            connection.InvokeAsync("WatchProduct", product ?? Guid.CreateVersion7(), Cancellation);

        public Task SendAsync(string method, object argument) => connection.SendAsync(method, argument, Cancellation);

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
