using Aarya.Features;
using Microsoft.AspNetCore.Http;

namespace Aarya.Specs;

public sealed class LanguagesSpec
{
    [Theory]
    [InlineData("hi", "hi")]
    [InlineData("hi-IN,hi;q=0.9,en;q=0.8", "hi")]
    [InlineData("HI-Deva-IN", "hi")]
    [InlineData("en-GB,en;q=0.9,hi;q=0.8", "en")]
    [InlineData("ta-IN,ta;q=0.9,hi;q=0.7,en;q=0.8", "en")]
    [InlineData("en;q=0,hi;q=0.1", "hi")]
    [InlineData("en;q=0.5,hi", "hi")]
    [InlineData("en,hi", "en")]
    [InlineData("ta", null)]
    [InlineData("hindi", null)]
    [InlineData("hi;q=0", null)]
    [InlineData("*", null)]
    [InlineData("", null)]
    [InlineData(";;;,,q=1,\u0001", null)]
    [InlineData("hi;q=seven", null)]
    public void the_language_is_the_one_that_the_client_prefers(string header, string? language)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.AcceptLanguage = header;
        Assert.Equal(language, Languages.Preferred(request));
    }

    [Fact]
    public void a_client_that_says_nothing_prefers_no_language()
    {
        Assert.Null(Languages.Preferred(new DefaultHttpContext().Request));
        Assert.Null(Languages.Preferred(null));
    }
}
