using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Http;

namespace Aarya.Specs.CorePlatform.Users;

// Other stories count the hashes of this process: not at the same time.
[Collection("aarya")]
public sealed class PasswordHasherSpec : IDisposable
{
    // Written by the reference implementation (phc-winner-argon2): argon2 somesaltsomesalt -id -t 3 -k 65536 -p 1 -l 32 -e.
    private const string OfTheReference = "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$dmStS6GjyZn83QmR/8InD3gwLSODIz215778hdG7GBk";

    private readonly PasswordHasher passwords = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_password_is_kept_as_argon2id_with_a_salt_of_its_own()
    {
        var first = await passwords.HashAsync("correct horse", Cancellation);
        var second = await passwords.HashAsync("correct horse", Cancellation);

        Assert.Matches(@"^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$", first);
        Assert.NotEqual(first, second);
        Assert.Equal(new(Matches: true, IsOutdated: false), await passwords.CheckAsync("correct horse", first, Cancellation));
        Assert.Equal(default, await passwords.CheckAsync("correct horsf", first, Cancellation));
    }

    [Fact]
    public async Task a_hash_made_by_others_with_other_costs_is_understood_and_called_outdated()
    {
        Assert.Equal(new(Matches: true, IsOutdated: true), await passwords.CheckAsync("password", OfTheReference, Cancellation));
        Assert.Equal(default, await passwords.CheckAsync("passwore", OfTheReference, Cancellation));
    }

    [Fact]
    public async Task nobody_s_password_matches_nothing() => Assert.Equal(default, await passwords.CheckAsync("correct horse", null, Cancellation));

    [Fact]
    public async Task who_finds_the_queue_full_is_told_when_to_come_back()
    {
        using var narrow = new PasswordHasher(atOnce: 1, queueLength: 1);
        var attempts = Enumerable.Range(0, 6).Select(_ => narrow.HashAsync("correct horse", Cancellation)).ToList();
        var outcomes = await Task.WhenAll(attempts.Select(async x =>
        {
            try
            {
                await x;
                return 0;
            }
            catch (UnavailableException busy)
            {
                return busy.RetryAfterSeconds;
            }
        }));

        Assert.Equal(2, outcomes.Count(x => x == 0));
        Assert.Equal(4, outcomes.Count(x => x == 2));
    }

    public void Dispose() => passwords.Dispose();
}
