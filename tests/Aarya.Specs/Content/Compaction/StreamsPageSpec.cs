using System.Globalization;
using Aarya.Features;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy.Erasure;
using Aarya.Specs.Support;

namespace Aarya.Specs.Content.Compaction;

/// <summary>The table of the streams, and the page that repeats it.</summary>
public sealed class StreamsPageSpec
{
    private static readonly IReadOnlyList<WireEvent> Events = WireEvent.Of(Modules.All);

    [Fact]
    public void every_stream_of_an_event_has_a_cap_and_an_age()
    {
        Assert.Equal(
            Events.Select(x => x.Stream).Distinct().Order(StringComparer.Ordinal),
            Streams.All.Select(x => x.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task the_page_repeats_the_table()
    {
        var personal = new PersonalStreams(new ActiveContexts(Modules.All, [])).Names;
        var rows = Streams.All.Select(x => string.Create(CultureInfo.InvariantCulture,
            $"| `{x.Name}` | {x.Cap:N0} | {x.Hours} h | {Contexts(x.Name, isRead: false)} | {Contexts(x.Name, isRead: true)} | "
            + $"{(x.IsArchived ? "yes" : "no")} | {(personal.Contains(x.Name) ? "sealed" : "none")} |"));

        var page = await File.ReadAllLinesAsync(Repository.PathOf("docs/streams.md"), TestContext.Current.CancellationToken);

        Assert.Equal(rows, page.Where(x => Streams.All.Any(stream => x.StartsWith($"| `{stream.Name}` |", StringComparison.Ordinal))));
    }

    // The compactor reads without a group.
    private static string Contexts(string stream, bool isRead)
    {
        var contexts = Events.Where(x => x.Stream == stream && x.IsRead == isRead).Select(x => x.Context.Role).Distinct();
        var all = string.Join(", ", contexts);
        return all.Length > 0 ? all : "the compactor";
    }
}
