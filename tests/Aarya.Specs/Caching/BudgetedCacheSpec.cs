using Aarya.Infrastructure.Caching;
using Microsoft.Extensions.Time.Testing;

namespace Aarya.Specs.Caching;

public sealed class BudgetedCacheSpec : IDisposable
{
    private const int Value = 1000;
    private readonly CacheBudget budget = new(64 * 1024, new FakeTimeProvider(DateTimeOffset.UtcNow));

    [Fact]
    public void what_is_asked_for_stays_and_the_rest_is_forgotten()
    {
        var cache = CacheOf<int>();
        cache.Set(-1, 7);
        for (var i = 0; i < 10_000; i++)
        {
            cache.Set(i, i);
            Assert.True(cache.TryGet(-1, out var kept) && kept == 7);
            Assert.InRange(budget.Used, 0, budget.Bytes + Value);
        }

        Assert.InRange(Enumerable.Range(0, 10_000).Count(x => cache.TryGet(x, out _)), 1, (int)(budget.Bytes / Value));
    }

    [Fact]
    public void all_caches_share_one_budget()
    {
        List<BudgetedCache<int, int>> caches = [.. Enumerable.Range(0, 10).Select(_ => CacheOf<int>())];
        for (var i = 0; i < 10_000; i++)
        {
            caches[i % caches.Count].Set(i, i);
            Assert.InRange(caches.Sum(x => x.Count) * Value, 0, budget.Bytes + Value);
        }
    }

    [Fact]
    public void what_nobody_uses_for_two_generations_is_given_back()
    {
        var cache = CacheOf<int>();
        cache.Set(1, 1);
        cache.Set(2, 2);
        budget.Turn();
        Assert.True(cache.TryGet(1, out _));
        budget.Turn();
        Assert.False(cache.TryGet(2, out _));
        Assert.True(cache.TryGet(1, out _));
        budget.Turn();
        budget.Turn();
        Assert.Equal((0, 0), (cache.Count, budget.Used));
    }

    [Fact]
    public void a_value_that_would_push_out_much_of_the_others_is_not_kept()
    {
        var cache = new BudgetedCache<int, string>(budget, static (_, x) => x.Length);
        cache.Set(1, "small");
        cache.Set(2, new string('x', (int)budget.Bytes / 8));
        Assert.True(cache.TryGet(1, out _));
        Assert.False(cache.TryGet(2, out _));
    }

    [Fact]
    public async Task many_who_want_what_is_not_there_get_the_same()
    {
        for (var round = 0; round < 200; round++)
        {
            var cache = CacheOf<object>();
            var got = await Task.WhenAll(Enumerable.Range(0, 8).Select(x => Task.Run(() => cache.GetOrAdd(7, _ => new object()))));
            Assert.Single(got.Distinct());
            Assert.True(cache.TryGet(7, out var kept) && kept == got[0]);
        }
    }

    [Fact]
    public void a_key_set_again_has_its_new_value_and_one_that_was_removed_has_none()
    {
        var cache = CacheOf<int>();
        cache.Set(1, 1);
        budget.Turn();
        cache.Set(1, 2);
        Assert.True(cache.TryGet(1, out var value));
        Assert.Equal(2, value);
        cache.Remove(1);
        Assert.False(cache.TryGet(1, out _));
        Assert.Equal(0, cache.Count);
    }

    public void Dispose() => budget.Dispose();

    private BudgetedCache<int, T> CacheOf<T>() => new(budget, static (_, _) => Value);
}
