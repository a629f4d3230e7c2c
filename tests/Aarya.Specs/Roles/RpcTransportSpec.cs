using System.Diagnostics;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Mesh;
using Aarya.Specs.Protos;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aarya.Specs.Roles;

/// <summary>A call to a context is the same call, whether the context runs in this process or behind a socket.</summary>
public sealed class RpcTransportSpec : IAsyncLifetime
{
    private const string InProcess = "in process";
    private const string OverSocket = "over a socket";

    private readonly string folder = Directory.CreateTempSubdirectory("aarya-rpc-").FullName;
    private readonly ProbeLog log = new();
    private WebApplication host = null!;
    private GrpcChannel channel = null!;

    public static TheoryData<string> BothWays => [InProcess, OverSocket];

    public static TheoryData<string, string, StatusCode, string?> Refusals
    {
        get
        {
            var all = new TheoryData<string, string, StatusCode, string?>();
            foreach (var way in new[] { InProcess, OverSocket })
            {
                all.Add(way, "not found", StatusCode.NotFound, "product.not_found");
                all.Add(way, "invalid", StatusCode.InvalidArgument, "request.invalid");
                all.Add(way, "precondition", StatusCode.FailedPrecondition, "cart.line_limit");
                all.Add(way, "lost race", StatusCode.Aborted, "conflict.changed_meanwhile");
                all.Add(way, "database away", StatusCode.Unavailable, "service.unavailable");
                all.Add(way, "redis away", StatusCode.Unavailable, "service.unavailable");
                all.Add(way, "context away", StatusCode.Unavailable, "service.unavailable");
                all.Add(way, "context refuses", StatusCode.Internal, null);
                all.Add(way, "fail", StatusCode.Internal, null);
                all.Add(way, "no answer", StatusCode.Cancelled, null);
                all.Add(way, "status", StatusCode.FailedPrecondition, null);
            }

            return all;
        }
    }

    public async ValueTask InitializeAsync()
    {
        var path = Path.Combine(folder, "probe.sock");
        var builder = BareHost.Create();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(log).AddScoped<ProbeScope>().AddScoped<ProbeService>();
        builder.Services.AddContextGrpc();
        builder.WebHost.ConfigureKestrel(x => x.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http2));
        host = builder.Build();
        host.MapGrpcService<ProbeService>();
        await host.StartAsync();
        channel = ContextChannel.To(new("probe", path, new("http://probe.sock")));
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("0A05")]
    [InlineData("0A0180")]
    [InlineData("0F")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01")]
    public async Task bytes_that_are_no_message_are_an_invalid_argument(string hex)
    {
        var bytes = Marshallers.Create(x => x, x => x);
        var ask = new Method<byte[], byte[]>(MethodType.Unary, Probe.Descriptor.FullName, "Ask", bytes, bytes);
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await channel.CreateCallInvoker().AsyncUnaryCall(ask, null, new(deadline: DateTime.UtcNow.AddSeconds(30)),
                Convert.FromHexString(hex)));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task a_refusal_has_the_same_status_and_code_and_a_failure_tells_no_secret(string way, string behave,
        StatusCode status, string? code)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Client(way).AskAsync(new() { Behave = behave }));

        Assert.Equal(status, refused.StatusCode);
        Assert.Equal(code, RefusedCall.CodeOf(refused));
        Assert.DoesNotContain("secret", refused.Status.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Status.Detail);
        Assert.Equal(behave == "invalid" ? "sku" : null, refused.Trailers.GetValue(Refusal.FieldTrailer));
        Assert.Equal(behave == "precondition" ? "said" : null, refused.Trailers.GetValue("x-also"));
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task headers_and_trailers_go_both_ways(string way)
    {
        using var call = Client(way).AskAsync(new() { Behave = "headers" }, new Metadata { { "x-asked", "this" } });

        Assert.Equal("yes", (await call.ResponseHeadersAsync).GetValue("x-early"));
        Assert.Equal("this", (await call).Header);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal("yes", call.GetTrailers().GetValue("x-after"));
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task neither_side_sees_what_the_other_does_to_a_message_later(string way)
    {
        var question = new Question { Behave = "answer", Notes = { "asked" } };
        var answer = await Client(way).AskAsync(question);
        log.LastAnswer!.Notes.Add("too late");

        Assert.Equal(["asked", "changed by the service"], answer.Notes);
        Assert.Equal(["asked"], question.Notes);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task a_call_has_five_seconds_unless_it_says_less(string way)
    {
        var before = DateTimeOffset.UtcNow;
        var usual = await Client(way).AskAsync(new());
        var shorter = await Client(way).AskAsync(new(), deadline: DateTime.UtcNow.AddSeconds(2));

        Near(before.AddSeconds(5), usual.DeadlineUnixMs);
        Near(before.AddSeconds(2), shorter.DeadlineUnixMs);
        Assert.Equal(usual.DeadlineUnixMs, usual.RequestDeadlineUnixMs, tolerance: 1.0);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task a_request_that_has_less_time_left_gives_its_calls_less(string way)
    {
        var before = DateTimeOffset.UtcNow;
        using (RequestDeadline.Begin(DateTime.UtcNow.AddSeconds(3)))
        {
            using (RequestDeadline.Begin(DateTime.UtcNow.AddSeconds(30)))
                Near(before.AddSeconds(3), (await Client(way).AskAsync(new())).DeadlineUnixMs);
            Near(before.AddSeconds(3), (await Client(way).AskAsync(new())).DeadlineUnixMs);
        }

        Near(before.AddSeconds(5), (await Client(way).AskAsync(new())).DeadlineUnixMs);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task a_call_past_its_deadline_is_given_up_and_its_handler_told(string way)
    {
        var call = Client(way).AskAsync(new() { Behave = "wait" }, deadline: DateTime.UtcNow.AddMilliseconds(200));

        var late = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded, call.GetStatus().StatusCode);
        await log.TokenCancelled.Task;
        await log.ScopeDisposed.Task;
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task a_deadline_that_has_passed_already_reaches_nobody(string way)
    {
        var late =
            await Assert.ThrowsAsync<RpcException>(async () => await Client(way).AskAsync(new(), deadline: DateTime.UtcNow.AddSeconds(-1)));
        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.False(log.Entered.Task.IsCompleted);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task a_deaf_handler_keeps_its_scope_and_not_its_caller(string way)
    {
        var late = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client(way).AskAsync(new() { Behave = "deaf" }, deadline: DateTime.UtcNow.AddMilliseconds(200)));

        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.False(log.ScopeDisposed.Task.IsCompleted);
        log.Release.SetResult();
        await log.ScopeDisposed.Task;
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task a_caller_who_leaves_is_told_cancelled_whatever_the_clock_says(string way)
    {
        using var leaving = new CancellationTokenSource();
        var byToken = Client(way)
            .AskAsync(new() { Behave = "wait" }, deadline: DateTime.UtcNow.AddSeconds(5), cancellationToken: leaving.Token);
        await log.Entered.Task;
        await leaving.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await byToken)).StatusCode);
        await log.TokenCancelled.Task;

        var byHand = Client(way).AskAsync(new() { Behave = "wait" });
        byHand.Dispose();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await byHand)).StatusCode);
        byHand.Dispose();
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task a_call_belongs_to_the_trace_of_its_caller(string way)
    {
        // A server without a listener creates no activity; in the program logging listens.
        using var watched = new ActivityListener
        {
            ShouldListenTo = x => x.Name == "Microsoft.AspNetCore",
            Sample = (ref _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(watched);
        using var caller = new Activity("a shopper's request").Start();
        Assert.Equal(caller.TraceId.ToString(), (await Client(way).AskAsync(new())).TraceId);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task every_call_has_a_scope_of_its_own_that_ends_with_it(string way)
    {
        await Client(way).AskAsync(new());
        await log.ScopeDisposed.Task;
    }

    private Probe.ProbeClient Client(string way) => new((way == InProcess
        ? new InProcessInvoker<ProbeService>(host.Services.GetRequiredService<IServiceScopeFactory>(),
            [host.Services.GetRequiredService<ServiceErrors>()])
        : channel.CreateCallInvoker()).Intercept(new CallDeadline()));

    private static void Near(DateTimeOffset expected, long unixMilliseconds) =>
        Assert.InRange(unixMilliseconds, expected.ToUnixTimeMilliseconds() - 100, expected.ToUnixTimeMilliseconds() + 1_500);

    public async ValueTask DisposeAsync()
    {
        log.Release.TrySetResult();
        channel.Dispose();
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
