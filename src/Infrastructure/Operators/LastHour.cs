namespace Aarya.Infrastructure.Operators;

/// <param name="Values">One per slot of the hour; null where it is not known.</param>
internal sealed record Line(string Name, IReadOnlyList<double?> Values);

internal sealed record ChartData(string Group, string Title, Unit Unit, string About, IReadOnlyList<Line> Lines);

/// <param name="Value">Null when it is not known.</param>
/// <param name="IsBad">True when an operator should look.</param>
internal sealed record FigureValue(string Title, Unit Unit, double? Value, bool IsBad);

/// <param name="IsUp">Null when it is not known.</param>
internal sealed record ServiceState(string Name, bool? IsUp);

/// <param name="State">Whether it sends samples.</param>
internal sealed record ProcessState(string Node, string Roles, int Port, SampledState State);

internal enum SampledState
{
    /// <summary>Its latest sample is at most a minute old, or it has just started.</summary>
    Sampled,

    /// <summary>It has not stopped, and no sample of the last minute is known.</summary>
    Silent,

    /// <summary>It has stopped.</summary>
    Ended,
}

/// <summary>What the operators' page shows.</summary>
/// <param name="From">The beginning of the first slot.</param>
/// <param name="StepSeconds">The length of a slot.</param>
/// <param name="Slots">How many there are.</param>
/// <param name="IsComplete">False when only this process is shown, because Redis does not answer.</param>
internal sealed record LastHour(
    DateTimeOffset From, int StepSeconds, int Slots, bool IsComplete, IReadOnlyList<ProcessState> Processes,
    IReadOnlyList<ServiceState> Services, IReadOnlyList<FigureValue> Figures, IReadOnlyList<ChartData> Charts)
{
    // A process that took no sample in these slots has ended, or its samples do not arrive.
    private const int Recent = 3;

    // From the beginning of the slot of the last sample.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(75);

    // Processes take their samples in the middle of a slot: after this time all have that of the slot.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    /// <param name="all">The samples of each process, sorted.</param>
    /// <param name="areComplete">False when those of other processes could not be read.</param>
    public static LastHour Of(KnownMeasures measures, IReadOnlyList<ProcessSamples> all, bool areComplete, DateTimeOffset now)
    {
        var first = Sample.SlotOf(now - Settled) - Sample.Kept + 1;
        var table = new SampleTable(first, all);
        return new(
            TimeOf(first), (int)Sample.Step.TotalSeconds, Sample.Kept, areComplete,
            [
                .. all.OrderBy(x => x.Process.Id, StringComparer.Ordinal).Select(x =>
                    new ProcessState(x.Process.Node, x.Process.Roles, x.Process.Port, StateOf(x, now))),
            ],
            [
                .. table.LinesOf(new("", PlatformCharts.Health)).Select(x =>
                    new ServiceState(x.Name, LastOf(x) is { } last ? last > 0 : null)),
            ],
            [
                .. measures.Figures.Select(x =>
                {
                    var value = x.IsOfLastHour ? table.GrowthOf(x.Measure) : LastOf(table.LinesOf(new("", x.Measure))[0]);
                    return new FigureValue(x.Title, x.Unit, value, value >= x.BadFrom);
                }),
            ],
            [
                .. measures.Charts.Select(x => new ChartData(
                    x.Group, x.Title, x.Unit, x.About, [.. x.Series.SelectMany(table.LinesOf)])),
            ]);
    }

    private static DateTimeOffset TimeOf(long slot) => DateTimeOffset.UnixEpoch + (slot * Sample.Step);

    private static SampledState StateOf(ProcessSamples process, DateTimeOffset now) => process switch
    {
        { HasEnded: true } => SampledState.Ended,
        { Samples: [] } => SampledState.Sampled,
        { Samples: [.., var last] } when now - TimeOf(last.Slot) < Silence => SampledState.Sampled,
        _ => SampledState.Silent,
    };

    private static double? LastOf(Line line) => line.Values.TakeLast(Recent).LastOrDefault(x => x is not null);
}
