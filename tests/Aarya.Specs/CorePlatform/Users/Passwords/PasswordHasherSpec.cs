using System.Text;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Http;
using NSec.Cryptography;

namespace Aarya.Specs.CorePlatform.Users.Passwords;

// In one collection with the stories that count the hashes of this process, so that they do not run at the same time.
[Collection("aarya")]
public sealed class PasswordHasherSpec : IDisposable
{
    // Written by the reference implementation (phc-winner-argon2): argon2 somesaltsomesalt -id -t 3 -k 65536 -p 1 -l 32 -e.
    private const string OfTheReference =
        "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$dmStS6GjyZn83QmR/8InD3gwLSODIz215778hdG7GBk";

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
    public async Task nobody_s_password_matches_nothing() =>
        Assert.Equal(default, await passwords.CheckAsync("correct horse", null, Cancellation));

    /// <summary>The password as it was set, and as it is typed later: both are the same password.</summary>
    public static TheoryData<string, string> Spellings { get; } = new()
    {
        { "Cr\u00E8me br\u00FBl\u00E9e", "Cre\u0300me bru\u0302le\u0301e" },
        { "Cre\u0300me bru\u0302le\u0301e", "Cr\u00E8me br\u00FBl\u00E9e" },
        { "\uAC00\uAC01\uAC02 seoul", "\u1100\u1161\u1100\u1161\u11A8\u1100\u1161\u11A9 seoul" },
        { "pass\u00A0word\u3000here", "pass word here" },
        { "a way to Mumbai", "a way to Mumbai" },
    };

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task a_password_is_the_same_on_every_keyboard(string set, string typed)
    {
        var kept = await passwords.HashAsync(set, Cancellation);

        Assert.Equal(new(Matches: true, IsOutdated: false), await passwords.CheckAsync(typed, kept, Cancellation));
    }

    [Fact]
    public async Task a_hash_of_before_passwords_were_composed_matches_and_is_outdated()
    {
        const string composed = "Cr\u00E8me br\u00FBl\u00E9e";
        const string decomposed = "Cre\u0300me bru\u0302le\u0301e";
        const string unbroken = "Cr\u00E8me\u00A0br\u00FBl\u00E9e";
        foreach (var (old, typed) in new[] { (decomposed, composed), (decomposed, decomposed), (unbroken, unbroken) })
            Assert.Equal(new(Matches: true, IsOutdated: true), await passwords.CheckAsync(typed, RawHash(old), Cancellation));
        Assert.Equal(new(Matches: true, IsOutdated: false), await passwords.CheckAsync(decomposed, RawHash(composed), Cancellation));
        Assert.Equal(default, await passwords.CheckAsync("creme brulee", RawHash(decomposed), Cancellation));
    }

    [Theory]
    [InlineData("a long way to Mumbai", 1)]
    [InlineData("Cr\u00E8me br\u00FBl\u00E9e", 2)]
    [InlineData("Cre\u0300me bru\u0302le\u0301e", 2)]
    public async Task a_wrong_password_costs_the_same_whatever_there_is_to_compare_with(string typed, int hashed)
    {
        var kept = await passwords.HashAsync("another password", Cancellation);
        foreach (var phc in new[] { null, kept, RawHash("Cre\u0300me") })
        {
            using var hashes = new HashCount();
            Assert.Equal(default, await passwords.CheckAsync(typed, phc, Cancellation));
            Assert.Equal(hashed, hashes.Count);
        }
    }

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

    // A hash as made by earlier versions: of the bytes as typed.
    internal static string RawHash(string typed)
    {
        var salt = Encoding.ASCII.GetBytes("somesaltsomesalt");
        var hash = PasswordBasedKeyDerivationAlgorithm.Argon2id(new() { MemorySize = 19_456, NumberOfPasses = 2, DegreeOfParallelism = 1 })
            .DeriveBytes(Encoding.UTF8.GetBytes(typed), salt, 32);
        return $"$argon2id$v=19$m=19456,t=2,p=1${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(hash).TrimEnd('=')}";
    }

    public void Dispose() => passwords.Dispose();
}
