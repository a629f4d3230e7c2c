using System.Text;
using Aarya.Features.CorePlatform.Users;
using Microsoft.Extensions.Time.Testing;
using OtpNet;

namespace Aarya.Specs.CorePlatform.Users;

public sealed class AuthenticatorCodesSpec
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("12345678901234567890");
    private readonly User user = new() { AuthenticatorKey = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" };

    // RFC 6238, appendix B: the last six of the eight digits.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public async Task the_codes_of_the_rfc_are_accepted(long seconds, string code)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.False(await IsGoodAsync("000000", time));
        Assert.True(await IsGoodAsync(code, time));
        Assert.Equal(seconds / 30, user.LastCodeStep);
    }

    [Theory]
    [InlineData(-61, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(61, false)]
    public async Task a_telephone_may_be_one_step_early_or_late(int off, bool good)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_015);
        Assert.Equal(good, await IsGoodAsync(CodeAt(now.AddSeconds(off)), now));
    }

    [Fact]
    public async Task an_accepted_code_and_those_before_it_are_not_accepted_again()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_015);
        Assert.True(await IsGoodAsync(CodeAt(now), now));
        Assert.False(await IsGoodAsync(CodeAt(now), now));
        Assert.False(await IsGoodAsync(CodeAt(now.AddSeconds(-30)), now));
        Assert.True(await IsGoodAsync(CodeAt(now.AddSeconds(30)), now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("28708")]
    [InlineData("0287082")]
    [InlineData("२८७०८२")]
    public async Task text_that_is_not_a_code_is_not_accepted(string code) =>
        Assert.False(await IsGoodAsync(code, DateTimeOffset.FromUnixTimeSeconds(59)));

    private Task<bool> IsGoodAsync(string code, DateTimeOffset now) =>
        new AuthenticatorCodes(new FakeTimeProvider(now)).ValidateAsync("", code, null!, user);

    private static string CodeAt(DateTimeOffset time) => new Totp(Key).ComputeTotp(time.UtcDateTime);
}
