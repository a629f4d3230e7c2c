using Aarya.Features;
using Aarya.Features.Content;
using Aarya.Specs.Support;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs;

public sealed class PageCursorSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Fact]
    public async Task a_time_is_rounded_as_postgresql_rounds_the_text_of_a_document()
    {
        var start = new DateTimeOffset(2026, 11, 27, 23, 59, 59, TimeSpan.Zero);
        DateTimeOffset[] times =
        [
            .. Enumerable.Range(0, 500).Select(_ => start.AddTicks(Random.Shared.NextInt64(TimeSpan.TicksPerSecond))),
            // Between two microseconds.
            .. Enumerable.Range(0, 500).Select(_ => start.AddTicks((Random.Shared.NextInt64(1_000_000) * 10) + 5)),
            start.AddTicks(TimeSpan.TicksPerSecond - 1),
        ];
        await using var session = Host.Services.GetRequiredService<IContentStore>().QuerySession();
        await using var command = new NpgsqlCommand("select x::timestamptz from unnest($1) with ordinality as t(x, n) order by n");
        command.Parameters.Add(new() { Value = times.Select(x => x.ToString("O")).ToArray() });
        await using var reader = await session.ExecuteReaderAsync(command, TestContext.Current.CancellationToken);
        foreach (var time in times)
        {
            Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
            Assert.Equal(reader.GetFieldValue<DateTimeOffset>(0), PageCursor.Of(time, Guid.Empty).At);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("________________________________")]
    [InlineData("01890000-0000-7000-8000-000000000000")]
    public void what_no_page_returned_is_no_cursor(string? text) => Assert.Null(PageCursor.Parse(text));

    [Fact]
    public void a_cursor_is_read_as_it_was_written()
    {
        var cursor = PageCursor.Of(DateTimeOffset.UtcNow, Guid.CreateVersion7());
        Assert.Equal(cursor, PageCursor.Parse(cursor.ToString()));
    }
}
