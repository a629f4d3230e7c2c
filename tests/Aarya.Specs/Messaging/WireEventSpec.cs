using System.Reflection;
using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Messaging.WireEvents;
using Module = Aarya.Infrastructure.Hosting.Module;

namespace Aarya.Specs.Messaging;

/// <summary>What contexts share: the names and shapes of events.</summary>
public sealed class WireEventSpec
{
    private static readonly (Type Record, WireEventAttribute Event)[] All =
        [.. typeof(Modules).Assembly.GetTypes().Select(x => (x, x.GetCustomAttribute<WireEventAttribute>()!))
            .Where(x => x.Item2 is not null)];

    [Fact]
    public void every_event_bears_the_role_that_publishes_it_its_version_and_its_stream()
    {
        foreach (var (record, wire) in All)
        {
            Assert.Contains(wire.Publisher, Features.Roles.Contexts);
            Assert.Matches("^[a-z]+\\.[a-z]+(_[a-z]+)*\\.v[1-9][0-9]*$", wire.Name);
            Assert.EndsWith(".Contracts", record.Namespace, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void what_a_context_reads_another_publishes_to_the_same_stream_with_all_that_the_reader_needs()
    {
        foreach (var (read, wire) in All.Where(x => ContextOf(x.Record).Role != x.Event.Publisher))
        {
            var (published, source) = Assert.Single(All, x => x.Event.Name == wire.Name && ContextOf(x.Record).Role == wire.Publisher);
            Assert.Equal(source.Stream, wire.Stream);
            var members = published.GetProperties().ToDictionary(x => x.Name);
            foreach (var needed in read.GetConstructors()[0].GetParameters().Where(x => !x.HasDefaultValue))
                Assert.True(members.ContainsKey(needed.Name!),
                    $"{read.FullName} needs {needed.Name}, which {published.FullName} does not have.");
        }
    }

    private static Module ContextOf(Type record) =>
        Modules.All.Single(x => record.Namespace!.StartsWith(x.GetType().Namespace + ".", StringComparison.Ordinal));
}
