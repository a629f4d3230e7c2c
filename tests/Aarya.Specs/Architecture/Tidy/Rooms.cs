namespace Aarya.Specs.Architecture.Tidy;

/// <summary>The rooms of the contexts, as <c>docs/architecture.md</c> lists them: a room below the rooms that it uses.</summary>
internal static class Rooms
{
    private const string Root = "Aarya.Features.";

    /// <summary>The rooms in the order of the document; those of one row come in turn.</summary>
    public static IEnumerable<string> Listed(string document)
    {
        var section = document[document.IndexOf("## The rooms of the contexts", StringComparison.Ordinal)..];
        return section[..section.IndexOf("\n## ", 1, StringComparison.Ordinal)].Split('\n')
            .Where(x => x.StartsWith('|')).Skip(2)
            .SelectMany(x => x.Split('|')[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Every room of a context.</summary>
    public static IReadOnlyList<string> Of(CompiledFeatures features) => [.. features.Types
        .Where(x => Members.IsOurs(x) && CompiledFeatures.ContextOf(x) is not null)
        .Select(x => NameOf(x.Namespace)).Where(x => x.Length > 0).Distinct()];

    /// <summary>The uses of a room that is not listed above, and the rooms that are not listed.</summary>
    public static IEnumerable<string> FaultsOf(CompiledFeatures features, List<string> listed) =>
        Of(features).Except(listed).Select(x => $"{x} is not listed")
            .Concat(from context in Aarya.Features.Modules.All
                    from use in RoomCycles.UsesOf(features, context.GetType().Namespace!)
                    let room = NameOf(use.From)
                    let used = NameOf(use.To)
                    where listed.Contains(room) && listed.IndexOf(used) > listed.IndexOf(room)
                    select $"{room} uses {used}: {use.Example}");

    private static string NameOf(string place) => place.StartsWith(Root, StringComparison.Ordinal) ? place[Root.Length..] : "";
}
