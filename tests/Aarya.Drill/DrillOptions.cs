using System.Globalization;

namespace Aarya.Drill;

/// <summary>How much is tried. The script has checked the arguments before a minute went into building.</summary>
/// <param name="Rounds">How often each fault meets each part.</param>
/// <param name="Shoppers">How many shoppers buy at once.</param>
/// <param name="Parts">The parts that faults meet; empty for every part.</param>
/// <param name="Short">Each part meets one fault, two in one process; what is unpaid at the end is not waited for.</param>
internal sealed record DrillOptions(int Rounds, int Shoppers, IReadOnlyList<string> Parts, bool Short)
{
    /// <summary>How long a part that was killed or stopped is away before it starts again.</summary>
    public static readonly TimeSpan Away = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a part that gets SIGSTOP does nothing.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>How long the shop is left alone between two faults.</summary>
    public TimeSpan Calm { get; } = TimeSpan.FromSeconds(Short ? 1 : 3);

    public static DrillOptions From(string[] args)
    {
        var brief = args.Contains("--short");
        return new(Number("--rounds", brief ? 1 : 5), Number("--shoppers", brief ? 12 : 24), Values("--part"), brief);

        int Number(string name, int otherwise) =>
            Values(name) is [.., var last] ? int.Parse(last, CultureInfo.InvariantCulture) : otherwise;

        string[] Values(string name) => [.. args.Zip(args.Skip(1)).Where(x => x.First == name).Select(x => x.Second)];
    }

    /// <summary>The faults in the order in which they come.</summary>
    public IEnumerable<(Part Part, FaultKind Kind)> Faults(IReadOnlyList<Part> parts, bool split)
    {
        var chosen = parts.Where(x => Parts.Count == 0 || Parts.Contains(x.Name)).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < chosen.Count; i++)
            {
                yield return (chosen[i], FaultKind.Kill);
                if (Short && split) continue;
                if (!Short || i % 2 == 0) yield return (chosen[i], FaultKind.Stop);
                if (!Short || i % 2 == 1) yield return (chosen[i], FaultKind.Pause);
            }
        }
    }
}
