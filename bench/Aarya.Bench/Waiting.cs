using System.Diagnostics;

namespace Aarya.Bench;

/// <summary>Waits for something that the shop does, never without an end.</summary>
public static class Waiting
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    /// <param name="what">What is waited for, as the error says it.</param>
    /// <exception cref="InvalidOperationException">It did not hold within the limit.</exception>
    public static async Task UntilAsync(string what, TimeSpan limit, Func<Task<bool>> holds)
    {
        for (var watch = Stopwatch.StartNew(); !await holds(); await Task.Delay(Pace))
        {
            if (watch.Elapsed > limit) throw new InvalidOperationException($"Waited {limit.TotalMinutes:0.#} min for this: {what}.");
        }
    }
}
