using System.Globalization;

namespace Aarya.Bench;

/// <summary>One measured figure.</summary>
/// <param name="Aim">The bound that it should keep; null when it is only printed.</param>
/// <param name="IsLeast">True when the figure should be at least the aim, false when it should be below it.</param>
public sealed record Figure(string What, double Value, string Unit, double? Aim = null, bool IsLeast = false)
{
    public bool? IsMet => Aim is not { } aim ? null : IsLeast ? Value >= aim : Value < aim;
}

/// <summary>Figures that have no floor, but perhaps an aim of their own.</summary>
/// <param name="Notes">What a reader must know to judge them.</param>
public sealed record FigureReport(string Name, IReadOnlyList<Figure> Figures, IReadOnlyList<string> Notes)
{
    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine(Name);
        foreach (var figure in Figures)
        {
            var aim = figure.Aim is { } bound
                ? string.Create(CultureInfo.InvariantCulture,
                    $"   aim {(figure.IsLeast ? "at least" : "below")} {bound:#,0.##}: {(figure.IsMet == true ? "met" : "MISSED")}")
                : "";
            var number = Math.Abs(figure.Value) >= 100 ? figure.Value.ToString("#,0", CultureInfo.InvariantCulture)
                : figure.Value.ToString("0.##", CultureInfo.InvariantCulture);
            Console.WriteLine($"  {figure.What,-60}{number,12} {figure.Unit,-10}{aim}".TrimEnd());
        }

        foreach (var note in Notes) Console.WriteLine($"  {note}");
    }
}

/// <summary>What is in the middle and at the end of many measurements.</summary>
public static class Quantile
{
    public static double Median(IEnumerable<double> values) => Of(values, 0.5);

    /// <param name="share">0.99 for the value that one measurement in a hundred exceeds.</param>
    public static double Of(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[Math.Min((int)(sorted.Count * share), sorted.Count - 1)];
    }
}
