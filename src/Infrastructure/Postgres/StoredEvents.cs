using Marten;

namespace Aarya.Infrastructure.Postgres;

internal static class StoredEvents
{
    /// <summary>The events that the store knows, by the name under which it stores them.</summary>
    public static Dictionary<string, Type> EventTypesByName(this IDocumentStore store) => store.Options.Events.AllKnownEventTypes()
        .GroupBy(x => x.EventTypeName).ToDictionary(x => x.Key, x => x.First().EventType);
}
