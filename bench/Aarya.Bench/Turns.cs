namespace Aarya.Bench;

/// <summary>Measures two things in turns, so that other load on the machine affects both.</summary>
public static class Turns
{
    public static int Rounds { get; } = int.Parse(Environment.GetEnvironmentVariable("BENCH_ROUNDS") ?? "5",
        System.Globalization.CultureInfo.InvariantCulture);

    public static TimeSpan Time { get; } =
        TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("BENCH_SECONDS") ?? "4",
            System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Runs one warm-up of each, then the rounds.</summary>
    public static async Task<(IReadOnlyList<Measured> One, IReadOnlyList<Measured> Other)> TakeAsync(Func<int, Task<Measured>> one,
        Func<int, Task<Measured>> other)
    {
        List<Measured> first = [], second = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var a = await one(round);
            var b = await other(round);
            if (round == 0) continue;
            first.Add(a);
            second.Add(b);
        }

        return (first, second);
    }

    public static async Task<Measured> MeterAsync(int pid, Func<Task<Load>> run)
    {
        var meter = new Meter(pid);
        var load = await run();
        return Measured.Of(load, meter.Look());
    }
}
