using Aarya.Infrastructure.Security;

namespace Aarya.Specs.Security;

public sealed class BoundedCacheSpec
{
    [Fact]
    public void what_is_asked_for_stays_and_the_rest_is_forgotten()
    {
        var cache = new BoundedCache<int, int>(100);
        cache.Set(-1, 7);
        for (var i = 0; i < 10_000; i++)
        {
            cache.Set(i, i);
            Assert.True(cache.TryGet(-1, out var kept) && kept == 7);
        }

        Assert.InRange(Enumerable.Range(0, 10_000).Count(x => cache.TryGet(x, out _)), 1, 200);
    }

    [Fact]
    public async Task many_who_want_what_is_not_there_get_the_same()
    {
        for (var round = 0; round < 200; round++)
        {
            var cache = new BoundedCache<int, object>(100);
            var got = await Task.WhenAll(Enumerable.Range(0, 8).Select(x => Task.Run(() => cache.GetOrAdd(7, _ => new object()))));
            Assert.Single(got.Distinct());
            Assert.True(cache.TryGet(7, out var kept) && kept == got[0]);
        }
    }

    [Fact]
    public void a_key_set_again_has_its_new_value()
    {
        var cache = new BoundedCache<string, int>(2);
        cache.Set("a", 1);
        cache.Set("b", 1);
        cache.Set("a", 2);
        Assert.True(cache.TryGet("a", out var value));
        Assert.Equal(2, value);
    }
}
