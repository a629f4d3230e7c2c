using System.Text;
using Aarya.Infrastructure.Caching;
using Microsoft.AspNetCore.Http;

namespace Aarya.Specs.Caching;

public sealed class ReadyAnswersSpec : IDisposable
{
    private readonly Clock clock = new();
    private readonly CacheBudget budget;
    private int made;

    public ReadyAnswersSpec() => budget = new(1024 * 1024, clock);

    [Fact]
    public async Task a_thousand_readers_of_a_missing_answer_cause_one_fetch()
    {
        var answers = new ReadyAnswers(budget, clock, TimeSpan.FromSeconds(1), "specs");
        var (gate, two) = (new TaskCompletionSource(), new SemaphoreSlim(0));

        var readers = Enumerable.Range(0, 1_000).Select(_ => Task.Run(async () =>
        {
            var asked = answers.GetAsync("kurta", this, async x =>
            {
                Interlocked.Increment(ref x.made);
                await gate.Task;
                return Answer("fresh");
            });
            two.Release();
            return await asked;
        })).ToList();
        // An answer that two readers have asked for is kept for later ones.
        for (var i = 0; i < 2; i++)
            Assert.True(await two.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), "too few readers asked");
        gate.SetResult();

        Assert.Single((await Task.WhenAll(readers)).Distinct());
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task a_reader_that_asks_while_the_making_ends_causes_no_second_fetch()
    {
        var answers = new ReadyAnswers(budget, clock, TimeSpan.FromSeconds(1), "specs");
        for (var round = 1; round <= 20_000; round++)
        {
            var (key, gate) = ($"kurta-{round}", new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var first = Enumerable.Range(0, 2).Select(_ => MakeAsync(key, gate.Task)).ToList();
            var pause = round % 300;
            var late = Task.Run(async () =>
            {
                while (!gate.Task.IsCompleted) Thread.SpinWait(1);
                Thread.SpinWait(pause);
                await MakeAsync(key, Task.CompletedTask);
            });
            gate.SetResult();

            await Task.WhenAll([.. first, late]);
            Assert.Equal(round, made);
        }

        async Task MakeAsync(string key, Task wait) => await answers.GetAsync(key, this, async x =>
        {
            Interlocked.Increment(ref x.made);
            await wait;
            return Answer("fresh");
        });
    }

    [Fact]
    public async Task an_answer_that_is_asked_for_again_is_kept_for_its_second()
    {
        var answers = new ReadyAnswers(budget, clock, TimeSpan.FromSeconds(1), "specs");

        await Get(answers, "kurta");
        Assert.Equal((1, 0), (made, answers.Count));
        await Get(answers, "kurta");
        clock.Advance(TimeSpan.FromMilliseconds(999));
        await Get(answers, "kurta");
        Assert.Equal((2, 1), (made, answers.Count));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await Get(answers, "kurta");

        Assert.Equal(3, made);
        answers.Forget("kurta");
        await Get(answers, "kurta");
        Assert.Equal(4, made);
    }

    [Fact]
    public async Task what_does_not_exist_and_what_failed_is_asked_for_again()
    {
        var answers = new ReadyAnswers(budget, clock, TimeSpan.FromSeconds(1), "specs");

        Assert.Null(await answers.GetAsync("none", 0, _ => Task.FromResult<ReadyAnswer?>(null)));
        await Assert.ThrowsAsync<TimeoutException>(async () =>
            await answers.GetAsync("down", 0, _ => Task.FromException<ReadyAnswer?>(new TimeoutException())));

        Assert.Equal(0, answers.Count);
        Assert.NotNull(await Get(answers, "none"));
        Assert.NotNull(await Get(answers, "down"));
    }

    [Fact]
    public async Task a_flood_of_names_that_are_asked_for_once_keeps_nothing_and_one_that_comes_back_keeps_its_share()
    {
        var answers = new ReadyAnswers(budget, clock, TimeSpan.FromSeconds(1), "specs");

        for (var i = 0; i < 100_000; i++) Assert.NotNull(await Get(answers, $"name-{i}"));
        // Two names may have the same hash.
        Assert.InRange(answers.Count, 0, 100);
        for (var i = 0; i < 100_000; i++)
        {
            for (var again = 0; again < 3; again++) await Get(answers, $"again-{i}");
            Assert.InRange(budget.Used, 0, budget.Bytes);
        }
    }

    [Fact]
    public async Task what_is_forgotten_while_it_is_made_is_not_kept()
    {
        var answers = new ReadyAnswers(budget, clock, TimeSpan.FromSeconds(1), "specs");
        await Get(answers, "kurta");
        var gate = new TaskCompletionSource();
        var before = answers.GetAsync("kurta", gate, static async x =>
        {
            await x.Task;
            return Answer("before");
        }).AsTask();
        answers.Forget("kurta");
        var after = await answers.GetAsync("kurta", 0, static _ => Task.FromResult<ReadyAnswer?>(Answer("after")));
        gate.SetResult();
        await before;

        Assert.Same(after, await Get(answers, "kurta"));
    }

    [Theory]
    [InlineData("{0}", 304)]
    [InlineData("W/{0}", 304)]
    [InlineData("\"other\", {0}", 304)]
    [InlineData("*", 304)]
    [InlineData("\"other\"", 200)]
    [InlineData("rubbish", 200)]
    public async Task a_client_that_has_the_answer_is_not_sent_it_again(string known, int status)
    {
        var answer = Answer("same");
        var http = new DefaultHttpContext();
        http.Request.Headers.IfNoneMatch = known.Replace("{0}", answer.ETag, StringComparison.Ordinal);
        http.Response.Body = new MemoryStream();

        await answer.ExecuteAsync(http);

        Assert.Equal(status, http.Response.StatusCode);
        Assert.Equal(answer.ETag, http.Response.Headers.ETag.ToString());
        Assert.Equal(status == 200 ? answer.Body.Length : 0, http.Response.Body.Length);
    }

    public void Dispose() => budget.Dispose();

    private ValueTask<ReadyAnswer?> Get(ReadyAnswers answers, string key) => answers.GetAsync(key, this, x =>
    {
        x.made++;
        return Task.FromResult<ReadyAnswer?>(Answer("x"));
    });

    private static ReadyAnswer Answer(string text) => ReadyAnswer.Json(Encoding.UTF8.GetBytes($"\"{text}\""));

    private sealed class Clock : TimeProvider
    {
        private long now = 1_000_000;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Advance(TimeSpan by) => now += by.Ticks;
    }
}
