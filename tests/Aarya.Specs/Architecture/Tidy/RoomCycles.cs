using Mono.Cecil;

namespace Aarya.Specs.Architecture.Tidy;

/// <summary>Uses of one folder by another that lead back to where they began.</summary>
internal static class RoomCycles
{
    /// <param name="root">The namespace whose rooms are compared; what it holds itself is a room, too.</param>
    public static IEnumerable<(string From, string To, string Example)> Of(CompiledFeatures compiled, string root)
    {
        var uses = UsesOf(compiled, root).ToLookup(x => (x.From, x.To), x => x.Example);
        var next = uses.ToLookup(x => x.Key.From, x => x.Key.To);
        return uses.Where(x => Reaches(x.Key.To, x.Key.From, next))
            .Select(x => (x.Key.From, x.Key.To, string.Join(", ", x.Distinct().Order(StringComparer.Ordinal))));
    }

    /// <summary>Every use of one room by another, with the types that use each other.</summary>
    /// <param name="root">The namespace whose rooms are compared; what it holds itself is a room, too.</param>
    public static IEnumerable<(string From, string To, string Example)> UsesOf(CompiledFeatures compiled, string root) => compiled.Types
        .Select(x => (Type: x, Room: RoomOf(x)))
        .Where(x => IsBelow(x.Room, root))
        .SelectMany(x => CompiledFeatures.UsesOf(x.Type)
            .Select(use => (From: x.Room, To: RoomOf(use.Used), Example: $"{Outermost(x.Type).Name} uses {Outermost(use.Used).Name}")))
        .Where(x => IsBelow(x.To, root) && x.From != x.To);

    private static bool Reaches(string from, string to, ILookup<string, string> next)
    {
        var seen = new HashSet<string>();
        var waiting = new Stack<string>([from]);
        while (waiting.TryPop(out var room))
        {
            if (room == to) return true;
            if (!seen.Add(room)) continue;
            foreach (var other in next[room]) waiting.Push(other);
        }

        return false;
    }

    private static bool IsBelow(string room, string root) => room == root || room.StartsWith(root + ".", StringComparison.Ordinal);

    private static string RoomOf(TypeReference type) => Outermost(type).Namespace;

    private static TypeReference Outermost(TypeReference type)
    {
        var outermost = type;
        while (outermost.DeclaringType is not null) outermost = outermost.DeclaringType;
        return outermost;
    }
}
