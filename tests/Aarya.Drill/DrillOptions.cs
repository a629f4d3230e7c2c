using System.Globalization;

namespace Aarya.Drill;

/// <summary>The options of a drill. The script has checked the arguments before the build.</summary>
/// <param name="Rounds">How often each part gets each fault.</param>
/// <param name="Shoppers">How many shoppers buy at the same time.</param>
/// <param name="Parts">The parts that get faults; empty for every part.</param>
/// <param name="Short">
/// Each part gets one fault, two in one process. The drill waits neither for the end of unpaid orders nor for the second hand-over of a
/// guest's cart and orders.
/// </param>
internal sealed record DrillOptions(int Rounds, int Shoppers, IReadOnlyList<string> Parts, bool Short)
{
    /// <summary>How long a part that was killed or stopped is down before it starts again.</summary>
    public static readonly TimeSpan Away = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a part stays frozen after SIGSTOP.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>How long the shop runs undisturbed between two faults.</summary>
    public TimeSpan Calm { get; } = TimeSpan.FromSeconds(Short ? 1 : 3);

    /// <summary>
    /// The types of messages that the judgement does not wait for while they are scheduled. A report of low stock waits longer for its time
    /// than the drill waits for anything.
    /// </summary>
    public IReadOnlyList<string> Scheduled { get; } =
        ["commerce.CancelUnpaidOrder", "commerce.ReportLowStock", .. Short ? ["commerce.HandOverAgain"] : Array.Empty<string>()];

    public static DrillOptions From(string[] args)
    {
        var brief = args.Contains("--short");
        return new(Number("--rounds", brief ? 1 : 5), Number("--shoppers", brief ? 12 : 24), Values("--part"), brief);

        int Number(string name, int otherwise) =>
            Values(name) is [.., var last] ? int.Parse(last, CultureInfo.InvariantCulture) : otherwise;

        string[] Values(string name) => [.. args.Zip(args.Skip(1)).Where(x => x.First == name).Select(x => x.Second)];
    }

    /// <summary>The faults in their order.</summary>
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
