using Aarya.Features.CorePlatform.Auth;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Aarya.Specs.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Specs.Security;

public sealed class FetchedVerificationKeysSpec : IDisposable
{
    private readonly HeldTime clock = new();
    private readonly Core core = new();
    private readonly FetchedVerificationKeys keys;

    public FetchedVerificationKeysSpec() => keys = new(core, clock, NullLogger<FetchedVerificationKeys>.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_thousand_requests_at_once_fetch_the_keys_once()
    {
        var first = core.Publish();
        var found = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ => await keys.FindAsync(first, Cancellation)));
        Assert.All(found, x => Assert.Equal(first, x?.Kid));
        Assert.Equal(1, core.Asked);
    }

    [Fact]
    public async Task a_new_key_is_fetched_when_it_is_first_seen_and_made_up_ids_cost_nothing()
    {
        await keys.FindAsync(core.Publish(), Cancellation);
        var second = core.Publish();
        clock.Move(TimeSpan.FromSeconds(10));
        Assert.NotNull(await keys.FindAsync(second, Cancellation));
        for (var i = 0; i < 1000; i++) Assert.Null(await keys.FindAsync($"made-up-{i}", Cancellation));
        Assert.Equal(2, core.Asked);
    }

    [Fact]
    public async Task a_key_that_core_has_just_begun_to_sign_with_is_waited_for()
    {
        await keys.FindAsync(core.Publish(), Cancellation);
        var second = core.Publish();
        clock.Move(TimeSpan.FromMilliseconds(10));
        Assert.NotNull(await keys.FindAsync(second, Cancellation));
        Assert.Equal(2, core.Asked);
    }

    [Fact]
    public async Task a_withdrawn_key_stops_working_after_ten_minutes()
    {
        var withdrawn = core.Publish();
        Assert.NotNull(await keys.FindAsync(withdrawn, Cancellation));
        core.Withdraw(withdrawn);
        clock.Move(TimeSpan.FromMinutes(10));
        Assert.Null(await keys.FindAsync(withdrawn, Cancellation));
    }

    [Fact]
    public async Task while_core_is_away_the_keys_of_before_stay_good_and_core_is_asked_every_ten_seconds()
    {
        var known = core.Publish();
        await keys.FindAsync(known, Cancellation);
        core.IsAway = true;
        clock.Move(TimeSpan.FromMinutes(11));
        for (var i = 0; i < 100; i++) Assert.NotNull(await keys.FindAsync(known, Cancellation));
        Assert.Equal(2, core.Asked);

        core.IsAway = false;
        var fresh = core.Publish();
        clock.Move(TimeSpan.FromSeconds(10));
        Assert.NotNull(await keys.FindAsync(fresh, Cancellation));
    }

    [Fact]
    public async Task before_any_key_is_there_nobody_is_called_a_liar()
    {
        core.IsAway = true;
        await Assert.ThrowsAsync<UnavailableException>(async () => await keys.FindAsync("any", Cancellation));
        core.IsAway = false;
        clock.Move(TimeSpan.FromSeconds(1));
        Assert.NotNull(await keys.FindAsync(core.Publish(), Cancellation));
    }

    [Fact]
    public async Task a_key_that_is_not_among_those_of_before_is_not_called_unknown_until_all_are_there()
    {
        var known = core.Publish();
        await keys.FindAsync(known, Cancellation);
        var fresh = core.Publish();
        core.IsAway = true;
        clock.Move(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<UnavailableException>(async () => await keys.FindAsync(fresh, Cancellation));
        Assert.NotNull(await keys.FindAsync(known, Cancellation));

        (core.IsAway, core.IsComplete) = (false, false);
        clock.Move(TimeSpan.FromSeconds(10));
        Assert.NotNull(await keys.FindAsync(fresh, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(async () => await keys.FindAsync("made-up", Cancellation));
        core.IsComplete = true;
        clock.Move(TimeSpan.FromSeconds(10));
        Assert.Null(await keys.FindAsync("made-up", Cancellation));
    }

    [Fact]
    public async Task a_flood_of_made_up_ids_takes_up_no_more_than_its_share_of_the_places()
    {
        var known = core.Publish();
        await keys.FindAsync(known, Cancellation);
        clock.Move(TimeSpan.FromMilliseconds(10));
        var flood = Enumerable.Range(0, 5 * Rereading.MostWaiting).Select(x => keys.FindAsync($"made-up-{x}", Cancellation).AsTask()).ToList();
        // Those beyond it are answered before anything is fetched, and so is whoever has a key that is known.
        Assert.Equal(4 * Rereading.MostWaiting, flood.Count(x => x.IsFaulted));
        Assert.True(keys.FindAsync(known, Cancellation).AsTask().IsCompletedSuccessfully);
        Assert.Equal(1, core.Asked);

        foreach (var turnedAway in flood.Where(x => x.IsFaulted)) await Assert.ThrowsAsync<UnavailableException>(() => turnedAway);
        Assert.All(await Task.WhenAll(flood.Where(x => !x.IsFaulted)), Assert.Null);
        Assert.Equal(2, core.Asked);
    }

    public void Dispose() => keys.Dispose();

    private sealed class Core : IJwksSource
    {
        private readonly List<JsonWebKey> published = [];

        public int Asked { get; private set; }

        public bool IsAway { get; set; }

        public bool IsComplete { get; set; } = true;

        public string Publish()
        {
            published.Add(SigningKey.FromPem(SigningKey.GeneratePem()).Public);
            return published[^1].Kid;
        }

        public void Withdraw(string keyId) => published.RemoveAll(x => x.Kid == keyId);

        public async Task<Jwks> FetchAsync(CancellationToken cancellation)
        {
            Asked++;
            await Task.Yield();
            if (IsAway) throw new HttpRequestException("away");
            return new($$"""{"keys":[{{string.Join(',', published.Select(x => $$"""{"kty":"EC","crv":"P-256","x":"{{x.X}}","y":"{{x.Y}}","kid":"{{x.Kid}}"}"""))}}]}""", IsComplete);
        }
    }
}
