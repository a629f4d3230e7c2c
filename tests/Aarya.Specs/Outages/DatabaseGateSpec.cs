using System.Diagnostics;
using System.Net.Sockets;
using Aarya.Infrastructure.Outages;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Polly;

namespace Aarya.Specs.Outages;

/// <summary>While PostgreSQL accepts no connections, few callers try, and all go on when it is back.</summary>
public sealed class DatabaseGateSpec
{
    private readonly FakeTimeProvider quiet = new();
    private ResiliencePipeline pipeline = PipelineOf(TimeProvider.System);
    private Exception? failure = Recovering();
    private int attempts;

    public static TheoryData<Exception> Absences => new()
    {
        Recovering(),
        new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused)),
        new InvalidOperationException("A handler failed", new AggregateException(Recovering())),
    };

    [Theory, MemberData(nameof(Absences))]
    public async Task of_many_callers_one_tries_every_fifty_milliseconds_and_all_fail_after_a_moment(Exception absence)
    {
        failure = absence;
        await FirstFailsAsync();
        var began = Stopwatch.GetTimestamp();

        var failures = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => FailureOfAsync(CallAsync())));

        Assert.All(failures, x => Assert.True(Outage.Is(x)));
        Assert.InRange(attempts, 2, 2 + (int)(Stopwatch.GetElapsedTime(began) / DatabaseGate.BetweenAttempts));
    }

    [Fact]
    public async Task when_one_gets_through_all_who_wait_go_on()
    {
        await FirstFailsAsync();
        failure = null;

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => CallAsync()));

        Assert.Equal(201, attempts);
    }

    [Fact]
    public async Task after_a_quiet_absence_the_next_caller_tries()
    {
        pipeline = PipelineOf(quiet);
        await FirstFailsAsync();
        quiet.Advance(TimeSpan.FromMinutes(5));
        failure = null;

        await CallAsync();
        await CallAsync();

        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task a_broken_connection_keeps_the_gate_closed_and_an_answer_opens_it()
    {
        pipeline = PipelineOf(quiet);
        await FirstFailsAsync();
        foreach (var broken in new Exception[] { new NpgsqlException("reading", new IOException()), Ended(), new TimeoutException() })
        {
            quiet.Advance(DatabaseGate.BetweenAttempts);
            failure = broken;
            Assert.Same(broken, await FailureOfAsync(CallAsync()));
            var waiting = CallAsync();
            Assert.False(waiting.IsCompleted);
            quiet.Advance(DatabaseGate.Patience);
            // The one that waited is the next to try, or fails.
            Assert.True(Outage.Is(await FailureOfAsync(waiting)));
        }

        quiet.Advance(DatabaseGate.BetweenAttempts);
        failure = new PostgresException("taken", "ERROR", "ERROR", "23505");
        Assert.Same(failure, await FailureOfAsync(CallAsync()));
        failure = null;
        await CallAsync();
        await CallAsync();
    }

    [Fact]
    public async Task other_failures_do_not_close_the_gate()
    {
        foreach (var fault in new Exception[] { new PostgresException("taken", "ERROR", "ERROR", "23505"), new TimeoutException() })
        {
            failure = fault;
            for (var i = 0; i < 3; i++) Assert.Same(fault, await FailureOfAsync(CallAsync()));
        }

        Assert.Equal(6, attempts);
    }

    private static PostgresException Ended() => new("terminating connection due to administrator command", "FATAL", "FATAL", "57P01");

    private static PostgresException Recovering() => new("the database system is in recovery mode", "FATAL", "FATAL", "57P03");

    private async Task FirstFailsAsync() => Assert.Same(failure, await FailureOfAsync(CallAsync()));

    private static ResiliencePipeline PipelineOf(TimeProvider time) =>
        new ResiliencePipelineBuilder().AddDatabaseGate(new DatabaseGate(time)).Build();

    private async Task CallAsync() => await pipeline.ExecuteAsync(_ =>
    {
        Interlocked.Increment(ref attempts);
        return failure is null ? ValueTask.CompletedTask : ValueTask.FromException(failure);
    });

    private static async Task<Exception?> FailureOfAsync(Task call) => await Record.ExceptionAsync(() => call);
}
