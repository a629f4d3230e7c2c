using Aarya.Features;

namespace Aarya.Specs;

public sealed class PageCursorSpec
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("________________________________")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAA AAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\u00e9")]
    [InlineData("01890000-0000-7000-8000-000000000000")]
    public void a_text_that_no_page_returned_is_not_a_cursor(string? text) => Assert.Null(PageCursor.Parse(text));

    [Fact]
    public void a_cursor_is_read_as_it_was_written()
    {
        var cursor = new PageCursor(DateTimeOffset.UtcNow, Guid.CreateVersion7());
        Assert.Equal(cursor, PageCursor.Parse(cursor.ToString()));
        Assert.Equal(new(17, Guid.Empty), PageCursor.Parse($"{new PageCursor(17, Guid.Empty)}"));
    }
}
