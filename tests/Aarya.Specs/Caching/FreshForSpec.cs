using Aarya.Infrastructure.Caching;
using Microsoft.Extensions.Time.Testing;

namespace Aarya.Specs.Caching;

public sealed class FreshForSpec : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly SemaphoreSlim made = new(0);
    private int makes;

    public void Dispose() => made.Dispose();

    private FreshFor<string> Cached(Func<Task<string>> make) => new(clock, TimeSpan.FromSeconds(1), () =>
    {
        Interlocked.Increment(ref makes);
        return make();
    });

    [Fact]
    public async Task a_value_is_made_once_for_all_who_ask_at_once()
    {
        var cached = Cached(async () =>
        {
            await made.WaitAsync(TestContext.Current.CancellationToken);
            return "one";
        });

        var asked = Enumerable.Range(0, 20).Select(_ => cached.GetAsync().AsTask()).ToList();
        Assert.Null(cached.Last);
        made.Release();

        Assert.All(await Task.WhenAll(asked), x => Assert.Equal("one", x));
        Assert.Equal(("one", 1), (cached.Last, makes));
    }

    [Fact]
    public async Task a_value_is_used_until_its_time_is_over()
    {
        var cached = Cached(() => Task.FromResult($"{makes}"));
        Assert.Equal("1", await cached.GetAsync());
        clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.Equal("1", await cached.GetAsync());
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("2", await cached.GetAsync());
    }

    [Fact]
    public async Task the_age_of_a_value_counts_from_when_it_began_to_be_made()
    {
        var cached = Cached(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult($"{makes}");
        });
        Assert.Equal("1", await cached.GetAsync());
        Assert.Equal("2", await cached.GetAsync());
    }

    [Fact]
    public async Task a_value_that_could_not_be_made_is_not_kept()
    {
        var cached = Cached(() => makes == 1 ? Task.FromException<string>(new InvalidOperationException("no")) : Task.FromResult("two"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await cached.GetAsync());
        Assert.Equal("two", await cached.GetAsync());
    }

    [Fact]
    public async Task a_caller_with_little_patience_gets_the_last_value_and_nothing_before_the_first()
    {
        var cached = Cached(async () =>
        {
            await made.WaitAsync(TestContext.Current.CancellationToken);
            return $"{makes}";
        });
        Assert.Null(await cached.GetAsync(TimeSpan.FromMilliseconds(1)));
        made.Release();
        Assert.Equal("1", await cached.GetAsync());

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("1", await cached.GetAsync(TimeSpan.FromMilliseconds(1)));
        made.Release();
        Assert.Equal("2", await cached.GetAsync());
        Assert.Equal(2, makes);
    }

    [Fact]
    public async Task a_value_that_is_slow_to_be_made_delays_only_the_first_who_ask()
    {
        var cached = Cached(async () =>
        {
            if (makes > 1) await made.WaitAsync(TestContext.Current.CancellationToken);
            return $"{makes}";
        });
        await cached.GetAsync();
        clock.Advance(TimeSpan.FromSeconds(1));
        var first = cached.GetAsync(TimeSpan.FromMinutes(5));
        clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromTicks(1));

        Assert.Equal("1", await cached.GetAsync(TimeSpan.FromMinutes(5)));
        Assert.False(first.IsCompleted);
        made.Release();
        Assert.Equal("2", await first);
    }
}
