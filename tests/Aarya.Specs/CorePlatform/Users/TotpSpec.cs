using System.Text;
using Aarya.Features.CorePlatform.Users;

namespace Aarya.Specs.CorePlatform.Users;

public sealed class TotpSpec
{
    // RFC 6238, appendix B: the last six of the eight digits.
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("12345678901234567890");

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void codes_are_those_of_the_rfc(long seconds, string code) =>
        Assert.Equal(code, Totp.CodeAt(Key, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Theory]
    [InlineData(-61, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(61, false)]
    public void a_telephone_may_be_one_step_early_or_late(int off, bool good)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_015);
        var code = Totp.CodeAt(Key, Totp.StepAt(now.AddSeconds(off)));
        Assert.Equal(good, Totp.FindStep(Key, code, 0, now) is not null);
    }

    [Fact]
    public void a_code_that_was_taken_and_those_before_it_are_taken_no_more()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_015);
        var step = Totp.StepAt(now);
        Assert.Null(Totp.FindStep(Key, Totp.CodeAt(Key, step), step, now));
        Assert.Null(Totp.FindStep(Key, Totp.CodeAt(Key, step - 1), step, now));
        Assert.Equal(step + 1, Totp.FindStep(Key, Totp.CodeAt(Key, step + 1), step, now));
        Assert.Null(Totp.FindStep(Key, "", 0, now));
    }

    // RFC 4648, section 10, without the padding.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void base_32_is_that_of_the_rfc(string text, string encoded)
    {
        Assert.Equal(encoded, Base32.Encode(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(text, Encoding.ASCII.GetString(Base32.Decode(encoded)));
    }
}
