using Aarya.Features;

namespace Aarya.Specs;

public sealed class EmailAddressSpec
{
    [Theory]
    [InlineData("asha@example.com", "asha@example.com")]
    [InlineData("  Asha.Rao+sale@Example.COM ", "asha.rao+sale@example.com")]
    [InlineData("asha@bücher.example", "asha@xn--bcher-kva.example")]
    [InlineData("asha@BÜCHER.example", "asha@xn--bcher-kva.example")]
    [InlineData("asha@भारत.example", "asha@xn--h2brj9c.example")]
    public void a_mailbox_has_one_spelling(string typed, string kept) => Assert.Equal(kept, EmailAddress.Normalize(typed));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("asha")]
    [InlineData("@example.com")]
    [InlineData("asha@")]
    [InlineData("asha@localhost")]
    [InlineData("asha@example.com.")]
    [InlineData("asha@exa mple.com")]
    [InlineData("asha@-example.com")]
    [InlineData("asha@example..com")]
    [InlineData(".asha@example.com")]
    [InlineData("asha..rao@example.com")]
    [InlineData("as ha@example.com")]
    [InlineData("asha\0@example.com")]
    [InlineData("asha@example.com\0")]
    [InlineData("asha@example.com\n.example.com")]
    [InlineData("asha@example.com,rao@example.com")]
    [InlineData("asha@[127.0.0.1]")]
    [InlineData("asha@example.com\n")]
    [InlineData("\r\nasha@example.com")]
    [InlineData("asha@example.com\r\nBcc: rao@example.com")]
    [InlineData("a b@c")]
    [InlineData("foo@bar..com")]
    [InlineData("Meera <meera@example.com>")]
    [InlineData("<meera@example.com>")]
    [InlineData("\"meera rao\"@example.com")]
    [InlineData("meera@example.com (home)")]
    [InlineData("meera@@example.com")]
    [InlineData("meera@exam_ple.com")]
    [InlineData("मीरा@example.com")]
    [InlineData("friends:meera@example.com;")]
    public void what_mail_cannot_reach_is_not_an_address(string? typed) => Assert.Null(EmailAddress.Normalize(typed));

    [Fact]
    public void an_address_is_no_longer_than_mail_allows()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 60), 3));
        Assert.NotNull(EmailAddress.Normalize($"{new string('a', 64)}@{domain}.com"));
        Assert.Null(EmailAddress.Normalize($"{new string('a', 65)}@{domain}.com"));
        Assert.Null(EmailAddress.Normalize($"{new string('a', 64)}@{domain}.{domain}.com"));
        Assert.Null(EmailAddress.Normalize(new string('a', 10_000)));
    }
}
