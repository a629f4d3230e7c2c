using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Specs.CorePlatform;
using Aarya.Specs.Support;
using Alba;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace Aarya.Specs.RealTime;

/// <summary>A live connection is worth as much as the session that opened it.</summary>
public sealed class OpenLinesSpec(AaryaFixture fixture, OtherNode node) : CoreSpec(fixture), IClassFixture<OtherNode>
{
    [Fact]
    public async Task a_line_is_closed_when_its_session_ends_on_whatever_node_and_no_other_is()
    {
        var email = await RegisteredAsync();
        var (phone, laptop) = (await SignInAsync(email), await SignInAsync(email));
        await using var ended = await Line.OpenAsync(Host, phone);
        await using var kept = await Line.OpenAsync(Host, laptop);
        await using var anonymous = await Line.OpenAsync(Host, null);

        await node.Host.Scenario(x => { x.WithBearerToken(phone.AccessToken); x.Post.Url("/api/auth/logout"); x.StatusCodeShouldBe(HttpStatusCode.NoContent); });

        await ended.Closed.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        foreach (var line in new[] { kept, anonymous }) await line.AnswersAsync();
    }

    [Fact]
    public async Task a_new_password_closes_the_lines_of_whoever_was_signed_in()
    {
        var shopper = await SignedInAsync();
        await using var line = await Line.OpenAsync(Host, shopper);
        var notice = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(shopper.User.Email!), "/api/auth/password/forgot"));
        await ToldAsync(HttpStatusCode.OK, new ResetPassword(TokenOf(notice), "another way to Mumbai"), "/api/auth/password/reset");
        await line.Closed.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
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

        public static async Task<Line> OpenAsync(IAlbaHost host, SignedIn? who)
        {
            var connection = new HubConnectionBuilder().WithUrl(new Uri(host.Server.BaseAddress, "/hubs/storefront"), x =>
            {
                x.HttpMessageHandlerFactory = _ => host.Server.CreateHandler();
                x.Transports = HttpTransportType.LongPolling;
                if (who is not null) x.AccessTokenProvider = () => Task.FromResult<string?>(who.AccessToken);
            }).Build();
            var line = new Line(connection);
            await connection.StartAsync(Cancellation);
            return line;
        }

        public Task AnswersAsync() => connection.InvokeAsync("WatchProduct", Guid.CreateVersion7(), Cancellation);

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
