using System.Threading.Channels;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Infrastructure.Security;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Specs.Security;

public sealed class FetchedVerificationKeysSpec : IDisposable
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
    private readonly Core core = new();
    private readonly FetchedVerificationKeys keys;

    public FetchedVerificationKeysSpec() => keys = new(core, clock, NullLogger<FetchedVerificationKeys>.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_key_is_known_when_the_keys_were_read_after_it_was_published()
    {
        await keys.FetchAsync(Cancellation);
        var fresh = core.Publish();
        Assert.Null(keys.Find(fresh));
        await keys.FetchAsync(Cancellation);
        Assert.Equal(fresh, keys.Find(fresh)?.Kid);
    }

    [Fact]
    public async Task no_id_that_a_client_makes_up_asks_core_anything()
    {
        await keys.FetchAsync(Cancellation);
        for (var i = 0; i < 1000; i++) Assert.Null(keys.Find($"made-up-{i}"));
        Assert.Equal(1, core.Asked);
    }

    [Fact]
    public async Task a_withdrawn_key_stops_working_with_the_next_reading()
    {
        var withdrawn = core.Publish();
        await keys.FetchAsync(Cancellation);
        Assert.NotNull(keys.Find(withdrawn));
        core.Withdraw(withdrawn);
        await keys.FetchAsync(Cancellation);
        Assert.Null(keys.Find(withdrawn));
    }

    [Fact]
    public async Task while_core_is_away_the_keys_of_before_stay_good_and_no_other_is_called_unknown()
    {
        var known = core.Publish();
        await keys.FetchAsync(Cancellation);
        core.IsAway = true;
        clock.Advance(TimeSpan.FromMinutes(11));
        await keys.FetchAsync(Cancellation);
        Assert.NotNull(keys.Find(known));
        Assert.Null(keys.Find("made-up"));
        Assert.False(keys.AreComplete);

        core.IsAway = false;
        var fresh = core.Publish();
        await keys.FetchAsync(Cancellation);
        Assert.NotNull(keys.Find(fresh));
        Assert.True(keys.AreComplete);
    }

    [Fact]
    public void before_the_first_reading_no_token_is_called_forged() => Assert.False(keys.AreComplete);

    [Fact]
    public async Task while_a_process_of_core_cannot_be_read_no_key_is_called_unknown()
    {
        var known = core.Publish();
        core.IsComplete = false;
        await keys.FetchAsync(Cancellation);
        Assert.NotNull(keys.Find(known));
        Assert.False(keys.AreComplete);
    }

    [Fact]
    public async Task the_keys_are_read_again_every_second_by_themselves()
    {
        await keys.StartAsync(Cancellation);
        await core.AskedAgainAsync(1, Cancellation);
        // The rest of the host may still start: nothing here waits for it.
        var second = core.AskedAgainAsync(2, Cancellation);
        clock.Advance(KnownKeys.BetweenReadings - TimeSpan.FromMilliseconds(1));
        Assert.False(second.IsCompleted);
        // The worker may set its timer after the time has moved.
        while (!second.IsCompleted)
        {
            clock.Advance(KnownKeys.BetweenReadings);
            await Task.Delay(10, Cancellation);
        }

        await second;
        await keys.StopAsync(Cancellation);
    }

    [Fact]
    public async Task the_keys_stay_complete_while_a_few_readings_are_late()
    {
        await keys.FetchAsync(Cancellation);
        clock.Advance(4 * KnownKeys.BetweenReadings);
        Assert.True(keys.AreComplete);
        clock.Advance(2 * KnownKeys.BetweenReadings);
        Assert.False(keys.AreComplete);
    }

    public void Dispose() => keys.Dispose();

    private sealed class Core : IJwksSource
    {
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
        private readonly List<JsonWebKey> published = [];
        private readonly Channel<int> asked = Channel.CreateUnbounded<int>();

        public int Asked { get; private set; }

        public bool IsAway { get; set; }

        public bool IsComplete { get; set; } = true;

        public string Publish()
        {
            published.Add(SigningKey.FromPem(SigningKey.GeneratePem()).Public);
            return published[^1].Kid;
        }

        public void Withdraw(string keyId) => published.RemoveAll(x => x.Kid == keyId);

        public async Task AskedAgainAsync(int reading, CancellationToken cancellation) =>
            Assert.Equal(reading, await asked.Reader.ReadAsync(cancellation).AsTask().WaitAsync(Limit, cancellation));

        public async Task<Jwks> FetchAsync(CancellationToken cancellation)
        {
            asked.Writer.TryWrite(++Asked);
            await Task.Yield();
            if (IsAway) throw new HttpRequestException("away");
            return new(
                $$"""{"keys":[{{string.Join(',', published.Select(x =>
                    $$"""{"kty":"EC","crv":"P-256","x":"{{x.X}}","y":"{{x.Y}}","kid":"{{x.Kid}}"}"""))}}]}""", IsComplete);
        }
    }
}
