using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Security;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Aarya.Specs.Flags;

public sealed class CachedFlagsSpec
{
    private const string Name = "new-checkout";
    private static readonly FlagDefinition On = new(Name, true, FlagMatch.All, null, [], null, null);

    private readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
    private readonly Source source = new();
    private readonly CachedFlags flags;

    public CachedFlagsSpec() => flags = new(source, clock, NullLoggerFactory.Instance, TimeSpan.FromSeconds(30));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_flag_without_conditions_is_on_or_off_for_everybody()
    {
        Assert.True(await IsOnAsync(On, NewCaller()));
        Assert.True(await IsOnAsync(On, null));
        Assert.False(await IsOnAsync(On with { Enabled = false }, NewCaller()));
        Assert.False(await IsOnAsync(On with { Enabled = false, Percentage = 100 }, NewCaller()));
        Assert.False(await flags.IsOnAsync("no-such-flag", NewCaller(), Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(10)]
    [InlineData(50)]
    [InlineData(99)]
    [InlineData(100)]
    public async Task so_many_of_a_hundred_shoppers_have_it_and_always_the_same(double percentage)
    {
        const int shoppers = 10_000;
        source.Flags = [On with { Percentage = percentage }];
        var who = Enumerable.Range(0, shoppers).Select(Numbered).ToList();
        var first = await AnswersAsync(who);

        // Six standard deviations of a fair draw; the ids are fixed, so the count is too.
        var tolerance = 6 * Math.Sqrt(shoppers * (percentage / 100) * (1 - (percentage / 100)));
        Assert.InRange(first.Count(x => x), (shoppers * percentage / 100) - tolerance, (shoppers * percentage / 100) + tolerance);

        var elsewhere = new CachedFlags(new Source { Flags = source.Flags }, clock, NullLoggerFactory.Instance, TimeSpan.FromSeconds(30));
        foreach (var (caller, had) in who.Zip(first).Take(1000)) Assert.Equal(had, await elsewhere.IsOnAsync(Name, caller, Cancellation));
    }

    [Fact]
    public async Task whoever_has_it_keeps_it_when_more_get_it()
    {
        var who = Enumerable.Range(0, 2000).Select(Numbered).ToList();
        source.Flags = [On with { Percentage = 20 }];
        var few = await AnswersAsync(who);
        source.Flags = [On with { Percentage = 40 }];
        clock.Advance(TimeSpan.FromSeconds(1));
        var more = await AnswersAsync(who);
        Assert.All(few.Zip(more), x => Assert.True(x.Second || !x.First));
        Assert.True(more.Count(x => x) > few.Count(x => x));
    }

    [Fact]
    public async Task two_flags_draw_different_shoppers()
    {
        source.Flags = [On with { Percentage = 50 }, On with { Name = "other", Percentage = 50 }];
        var both = 0;
        for (var i = 0; i < 2000; i++)
            if (await flags.IsOnAsync(Name, Numbered(i), Cancellation) && await flags.IsOnAsync("other", Numbered(i), Cancellation)) both++;
        Assert.InRange(both, 400, 600);
    }

    [Fact]
    public async Task a_role_has_it_and_the_others_have_not()
    {
        var flag = On with { Roles = ["support", "merchandiser"] };
        Assert.True(await IsOnAsync(flag, NewCaller("support")));
        Assert.True(await IsOnAsync(flag, NewCaller("customer", "merchandiser")));
        Assert.False(await IsOnAsync(flag, NewCaller("customer")));
        Assert.False(await IsOnAsync(flag, NewCaller("guest")));
        Assert.False(await IsOnAsync(flag, null));
    }

    [Fact]
    public async Task a_time_has_a_beginning_and_an_end_or_one_of_them()
    {
        var now = DateTimeOffset.UtcNow;
        Assert.True(await IsOnAsync(On with { From = now.AddHours(-1) }, null));
        Assert.False(await IsOnAsync(On with { From = now.AddHours(1) }, null));
        Assert.True(await IsOnAsync(On with { Until = now.AddHours(1) }, null));
        Assert.False(await IsOnAsync(On with { Until = now.AddHours(-1) }, null));
        Assert.True(await IsOnAsync(On with { From = now.AddHours(-1), Until = now.AddHours(1) }, null));
        Assert.False(await IsOnAsync(On with { From = now.AddHours(-2), Until = now.AddHours(-1) }, null));
    }

    [Fact]
    public async Task conditions_hold_together_or_one_is_enough()
    {
        var flag = On with { Percentage = 0, Roles = ["support"], From = DateTimeOffset.UtcNow.AddHours(-1) };
        Assert.False(await IsOnAsync(flag, NewCaller("support")));
        Assert.True(await IsOnAsync(flag with { Percentage = 100 }, NewCaller("support")));
        Assert.False(await IsOnAsync(flag with { Percentage = 100 }, NewCaller("customer")));
        Assert.True(await IsOnAsync(flag with { Match = FlagMatch.Any }, NewCaller("customer")));
        Assert.False(await IsOnAsync(flag with { Match = FlagMatch.Any, From = DateTimeOffset.UtcNow.AddHours(1) }, NewCaller("customer")));
        Assert.True(await IsOnAsync(flag with { Match = FlagMatch.Any, From = DateTimeOffset.UtcNow.AddHours(1) }, NewCaller("support")));
    }

    [Fact]
    public async Task however_many_ask_the_flags_are_read_once_a_second()
    {
        source.Flags = [On];
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 500).Select(async _ => await flags.IsOnAsync(Name, null, Cancellation))),
            Assert.True);
        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.True(await flags.IsOnAsync(Name, null, Cancellation));
        Assert.Equal(1, source.Asked);

        source.Flags = [];
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await flags.IsOnAsync(Name, null, Cancellation));
        Assert.Equal(2, source.Asked);
    }

    [Fact]
    public async Task flags_that_cannot_be_read_stay_as_they_were_and_are_off_if_they_never_were()
    {
        source.IsAway = true;
        Assert.False(await flags.IsOnAsync(Name, null, Cancellation));
        source.IsAway = false;
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await IsOnAsync(On, null));

        source.IsAway = true;
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(await flags.IsOnAsync(Name, null, Cancellation));
    }

    [Fact]
    public async Task nobody_waits_long_for_a_source_that_does_not_answer()
    {
        var hasty = new CachedFlags(source, clock, NullLoggerFactory.Instance, TimeSpan.FromMilliseconds(50));
        source.Flags = [On];
        Assert.True(await hasty.IsOnAsync(Name, null, Cancellation));
        source.Answer = new TaskCompletionSource();
        clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 100; i++) Assert.True(await hasty.IsOnAsync(Name, null, Cancellation));
        source.Answer.SetResult();
    }

    private async Task<bool> IsOnAsync(FlagDefinition flag, Caller? caller)
    {
        source.Flags = [flag];
        clock.Advance(TimeSpan.FromSeconds(1));
        return await flags.IsOnAsync(flag.Name, caller, Cancellation);
    }

    private async Task<List<bool>> AnswersAsync(IEnumerable<Caller> who)
    {
        List<bool> answers = [];
        foreach (var caller in who) answers.Add(await flags.IsOnAsync(Name, caller, Cancellation));
        return answers;
    }

    private static Caller NewCaller(params string[] roles) => new(Guid.NewGuid(), Guid.Empty, roles.Length == 0 ? ["customer"] : roles);

    private static Caller Numbered(int i) => new(new Guid(i, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]), Guid.Empty, ["customer"]);

    private sealed class Source : IFlagSource
    {
        private int asked;

        public int Asked => asked;

        public bool IsAway { get; set; }

        public TaskCompletionSource? Answer { get; set; }

        public IReadOnlyList<FlagDefinition> Flags { get; set; } = [];

        public async Task<IReadOnlyList<FlagDefinition>> FetchAsync(CancellationToken cancellation)
        {
            Interlocked.Increment(ref asked);
            if (Answer is { } answer) await answer.Task;
            return IsAway ? throw new HttpRequestException("away") : Flags;
        }
    }
}
