using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.CorePlatform.Users;

/// <summary>A new password must be hard to guess for an attacker with the data of the shop and of the person.</summary>
public sealed class PasswordStrengthSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private static readonly IReadOnlyList<string> Known = PasswordStrength.KnownOf("Asha.Rao@Example.com", "Asha Rao", "+919845012345");

    /// <summary>A password, and a part of the reason for its refusal.</summary>
    public static TheoryData<string, string> Weak { get; } = new()
    {
        { "password", "most common" }, { "Password1", "most common" }, { "P@ssw0rd!", "most common" },
        { "12345678", "most common" }, { "qwertyuiop", "most common" }, { "iloveyou", "most common" },
        { "drowssap1", "most common" }, { "        ", "repeats itself" }, { "aaaaaaaa", "repeats itself" },
        { "abababababab", "repeats itself" }, { "x7#x7#x7#x7#", "repeats itself" },
        { "\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0", "repeats itself" }, { "Aarya@123", "name of the shop" },
        { "aaryaclothing", "name of the shop" }, { "AaryaClothing2024!", "name of the shop" },
        { "asha.rao@example.com", "your address" }, { "Asha.Rao@Example.com", "your address" }, { "asharao1", "your name" },
        { "Asha Rao 7", "your name" }, { "AshaRao@2024", "your name" }, { "oarahsa1", "your name" }, { "4sh4r40!", "your name" },
        { "9845012345", "" }, { "+919845012345", "" }, { "abcdefgh", "sequence" }, { "abcabcabcabc", "" }, { "19900101", "" },
        { "01/01/1990", "date" }, { "zxcvbnm,./", "keyboard" }, { "welcome@123", "common words" },
        { "Tr0ub4dour&3", "common words" }, { "ｐａｓｓｗｏｒｄ", "most common" }, { "pässwörd1", "most common" },
        { "correct horse", "common words" }, { "another password", "common words" },
    };

    public static TheoryData<string> Strong { get; } =
    [
        "a long way to Mumbai", "correct horse battery staple", "purple monkey dishwasher", "my dog eats 7 bananas", "Sunrise-Over-Pune-42",
        "jK9$mP2!qz", "मेरा कुत्ता सात केले खाता है", "Crème brûlée in Goa", "我的狗每天吃七根香蕉和苹果", "asha loves seven green parrots",
        .. new[] { 60, 128 }.Select(x => string.Concat(Enumerable.Repeat("seven mangoes fall on a tin roof in Ratnagiri ", 4))[..x]),
    ];

    [Theory]
    [MemberData(nameof(Weak))]
    public void what_is_easy_to_guess_is_refused_and_the_reason_helps(string password, string why)
    {
        var fault = PasswordStrength.FaultOf(password, Known);
        Assert.NotNull(fault);
        Assert.StartsWith("must be harder to guess: it ", fault, StringComparison.Ordinal);
        Assert.Contains(why, fault, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Strong))]
    public void what_is_hard_to_guess_is_taken(string password) => Assert.Null(PasswordStrength.FaultOf(password, Known));

    [Theory]
    [InlineData("{0}")]
    [InlineData("x{0}")]
    [InlineData("{0}7!")]
    [InlineData("{0}{0}")]
    public void an_address_is_known_however_long_it_is(string password)
    {
        var email = $"asha.{Guid.NewGuid():N}@{Guid.NewGuid():N}.example.com";
        Assert.NotNull(PasswordStrength.FaultOf(string.Format(null, password, email), PasswordStrength.KnownOf(email, "Asha Rao")));
    }

    [Fact]
    public void what_is_known_of_one_person_does_not_count_for_another() =>
        Assert.NotEqual(
            PasswordStrength.FaultOf("ratnagiri.mangoes", PasswordStrength.KnownOf("ratnagiri.mangoes@example.com", null)),
            PasswordStrength.FaultOf("ratnagiri.mangoes", Known));

    /// <summary>Texts of 128 characters that take the most work.</summary>
    [Fact]
    public void judging_the_longest_passwords_takes_no_more_than_a_few_times_what_a_hash_takes()
    {
        string[] parts =
        [
            "a", "ab", "password", "4@8({[<36901!|17$5+7%2", "1|7!l", "1234567890", "31121999", "1/1/1/", "पासवर्ड", "😀", "密码安全测试",
            "ﷺ", "aaab", "the quick brown fox jumps over ", "qwertyuiop",
        ];
        var texts = parts.Select(x => string.Concat(Enumerable.Repeat(x, 128))).Select(x => x[..128])
            .Append(string.Concat(Enumerable.Range(0, 128).Select(i => (char)(33 + (i * 37 % 94))))).ToList();
        foreach (var text in texts) _ = PasswordStrength.FaultOf(text, Known);

        var allocated = texts.ToDictionary(x => x, x =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _ = PasswordStrength.FaultOf(x, Known);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        // The time depends on the machine, so the allocations are measured; characters beyond the cut are not judged.
        Assert.All(allocated, x => Assert.InRange(x.Value, 0, 64 * 1024 * 1024));
        var longer = texts.Select(x => x + x);
        Assert.All(texts.Zip(longer), x =>
            Assert.Equal(PasswordStrength.FaultOf(x.First, Known), PasswordStrength.FaultOf(x.Second, Known)));
    }

    [Fact]
    public async Task every_route_that_sets_a_password_refuses_one_that_is_easy_to_guess_and_changes_nothing()
    {
        var before = await AccountsAsync();
        foreach (var (email, weak, name) in new[]
        {
            (NewEmail(), "password", "Asha Rao"), (NewEmail(), "        ", "Asha Rao"), (NewEmail(), "Aarya@123", "Asha Rao"),
            ("ratnagiri.mangoes@example.com", "ratnagiri.mangoes@example.com", "Asha Rao"), (NewEmail(), "meenakshi7", "Meenakshi"),
        })
        {
            Assert.Equal(["password"], await FaultsAsync("/api/auth/register", Json(new { email, password = weak, name })));
        }

        Assert.Equal(before, await AccountsAsync());

        var address = await RegisteredAsync();
        var user = Assert.Single(await AccountsOfAsync(address));
        var signedIn = await SignInAsync(address);
        foreach (var weak in new[] { "12345678", address, "Asha Rao 1" })
        {
            var change = Json(new ChangePassword(Password, weak));
            Assert.Equal(["newPassword"], await FaultsAsync("/api/users/me/password", change, signedIn.AccessToken));
        }

        var told = await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(address), "/api/auth/password/forgot");
        var token = TokenOf(Assert.Single(told));
        foreach (var weak in new[] { "12345678", address, "Asha Rao 1" })
            Assert.Equal(["newPassword"], await FaultsAsync("/api/auth/password/reset", Json(new ResetPassword(token, weak))));
        Assert.Equal(user.PasswordHash, Assert.Single(await AccountsOfAsync(address)).PasswordHash);
        // A refused password does not use up the link.
        await ToldAsync(HttpStatusCode.OK, new ResetPassword(token, "a short way to Pune"), "/api/auth/password/reset");
        await SignInAsync(address, "a short way to Pune");
    }

    [Fact]
    public async Task a_password_of_before_still_signs_in()
    {
        var address = await RegisteredAsync();
        var hash = await Host.Services.GetRequiredService<PasswordHasher>().HashAsync("password", Cancellation);
        await StoreAsync(Assert.Single(await AccountsOfAsync(address)).Id, x => x.PasswordHash = hash);

        Assert.Equal(address, (await SignInAsync(address, "password")).User.Email);
    }

    private static string Json(object body) => JsonSerializer.Serialize(body, JsonSerializerOptions.Web);
}
