namespace Aarya.Specs.Architecture.Tidy;

/// <summary>
/// The rooms of the infrastructure in layers, from the floor to the roof: a room uses only rooms of lower layers.
/// <c>docs/architecture.md</c> shows them as a picture.
/// </summary>
internal static class Layers
{
    public const string Root = "Aarya.Infrastructure";

    public static readonly string[][] FromTheFloor =
    [
        ["Ids", "Metrics", "Outages", "Settings", "Time", "Tracing", "Workers"],
        ["Caching", "Contexts", "Email", "Http", "Privacy", "Redis"],
        ["Mesh", "Messaging.Streams.Entries", "Messaging.WireEvents", "Pages", "Postgres", "Security", "Validation"],
        ["Flags", "Grpc", "Health", "Idempotency", "Invariants", "Messaging.Streams", "Seeding"],
        ["Logging", "Messaging", "Privacy.Erasure", "Privacy.Rotation", "Proxy", "Rates"],
        ["Edge", "RealTime", "Telemetry"],
        ["OpenApi", "Operators"],
        ["Hosting"],
    ];

    /// <summary>The uses of a room that is not below, and the rooms that are in no layer.</summary>
    public static IEnumerable<string> FaultsOf(CompiledFeatures infrastructure)
    {
        var layers = FromTheFloor.SelectMany((rooms, at) => rooms.Select(x => (Room: $"{Root}.{x}", Layer: at)))
            .ToDictionary(x => x.Room, x => x.Layer);
        foreach (var use in RoomCycles.UsesOf(infrastructure, Root))
        {
            if (!layers.TryGetValue(use.From, out var from)) yield return $"{use.From} is in no layer";
            else if (!layers.TryGetValue(use.To, out var to)) yield return $"{use.To} is in no layer";
            else if (to >= from) yield return $"{use.From} must not use {use.To}: {use.Example}";
        }
    }

    /// <summary>The layers that the picture in the document shows.</summary>
    public static IEnumerable<string> Pictured(string document)
    {
        var section = document[document.IndexOf("## The rooms of the infrastructure", StringComparison.Ordinal)..];
        var picture = section.Split("```")[1];
        return picture.Split('\n').SelectMany(x => x.Split("[\"").Skip(1)).Select(x => x.Split("\"]")[0]).Reverse();
    }
}
