using Aarya.Features.Commerce.Catalog;

namespace Aarya.Specs.Commerce.Catalog;

public sealed class ImageAddressSpec
{
    [Theory]
    [InlineData("/media/kurta.jpg")]
    [InlineData("/media/a/b-c_d~e.webp?width=400&v=2#front")]
    [InlineData("https://cdn.aarya.example/kurta.jpg")]
    [InlineData("HTTPS://cdn.aarya.example:8443/a%20b/(1)/c,d;e=f@2x.jpg")]
    [InlineData("https://cdn.aarya.example/साड़ी/黒.jpg")]
    [InlineData("/")]
    public void an_address_of_this_shop_or_over_https_is_one(string address) => Assert.True(ImageAddress.IsOne(address));

    [Theory]
    [InlineData("")]
    [InlineData("kurta.jpg")]
    [InlineData("//evil.example/x.jpg")]
    [InlineData("/\\evil.example/x.jpg")]
    [InlineData("\\\\evil.example/x.jpg")]
    [InlineData("/media\\..\\x.jpg")]
    [InlineData("/\t/evil.example/x.jpg")]
    [InlineData("/\n/evil.example/x.jpg")]
    [InlineData("/\r\n/evil.example")]
    [InlineData("/x.jpg\n")]
    [InlineData("/x.jpg\u0000")]
    [InlineData("/x y.jpg")]
    [InlineData("/x\u00A0y.jpg")]
    [InlineData("/x.jpg\" onerror=\"alert(1)")]
    [InlineData("/x.jpg' onerror='alert(1)")]
    [InlineData("/x.jpg`")]
    [InlineData("/<script>.jpg")]
    [InlineData("/x\u202Egpj.jpg")]
    [InlineData("/x\u200By.jpg")]
    [InlineData("/x\u2028.jpg")]
    [InlineData("/x\uD83D.jpg")]
    [InlineData("http://cdn.aarya.example/x.jpg")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("https:/evil.example/x.jpg")]
    [InlineData("https:evil.example/x.jpg")]
    [InlineData("https:\\\\evil.example\\x.jpg")]
    [InlineData("https://")]
    [InlineData("https:///x.jpg")]
    [InlineData("https://shop.example@evil.example/x.jpg")]
    [InlineData("https://user:word@evil.example/x.jpg")]
    [InlineData("https://evil.example\\@shop.example/x.jpg")]
    [InlineData(" https://cdn.aarya.example/x.jpg")]
    [InlineData("https://cdn.aarya.example/x.jpg\r\nSet-Cookie: a=b")]
    public void what_a_browser_could_take_for_something_else_is_none(string address) => Assert.False(ImageAddress.IsOne(address));

    [Fact]
    public void an_address_has_at_most_500_characters()
    {
        Assert.True(ImageAddress.IsOne($"/{new string('a', 499)}"));
        Assert.False(ImageAddress.IsOne($"/{new string('a', 500)}"));
        Assert.False(ImageAddress.IsOne(null));
    }
}
