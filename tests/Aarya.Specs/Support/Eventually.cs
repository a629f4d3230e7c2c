using System.Diagnostics;
using System.Globalization;

namespace Aarya.Specs.Support;

/// <summary>Waits for the effect of an action in the background, on another node or in another process.</summary>
internal static class Eventually
{
    /// <summary>How long a spec waits by default. An erasure, the longest effect, takes a minute and a half on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Checks the condition until it holds.</summary>
    /// <param name="what">The condition in words, for the message of the failure.</param>
    /// <param name="holds">The condition. An exception ends the wait, unless <paramref name="ignoring"/> accepts it.</param>
    /// <param name="patience">The longest wait; default <see cref="Patience"/>.</param>
    /// <param name="ignoring">The exceptions that count as "not yet".</param>
    /// <param name="instead">What is the case instead, for the message of the failure.</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
    public static async Task HoldsAsync(string what, Func<Task<bool>> holds, TimeSpan? patience = null,
        Func<Exception, bool>? ignoring = null, Func<Task<string>>? instead = null)
    {
        var limit = patience ?? Patience;
        var watch = Stopwatch.StartNew();
        Exception? last = null;
        var checks = 0;
        for (var pause = TimeSpan.FromMilliseconds(10); ; pause = pause + pause < LongestPause ? pause + pause : LongestPause)
        {
            var began = watch.Elapsed;
            try
            {
                checks++;
                var left = limit - watch.Elapsed;
                if (await holds().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, TestContext.Current.CancellationToken)) return;
                last = null;
            }
            catch (Exception e) when (ignoring?.Invoke(e) == true || (e is TimeoutException && watch.Elapsed >= limit))
            {
                last = e;
            }

            if (watch.Elapsed > limit)
            {
                var seconds = limit.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
                var now = instead is null ? "" : $" Instead: {await instead()}";
                // Distinguishes a condition that stays false from a check that hangs.
                var made = string.Create(
                    CultureInfo.InvariantCulture, $"{checks} checks, the last {(watch.Elapsed - began).TotalSeconds:0.0} s long");
                throw new TimeoutException($"Waited {seconds} s for this: {what} ({made}).{now}", last);
            }

            await Task.Delay(pause, TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc cref="HoldsAsync(string, Func{Task{bool}}, TimeSpan?, Func{Exception, bool}?, Func{Task{string}}?)"/>
    public static Task HoldsAsync(string what, Func<bool> holds, TimeSpan? patience = null, Func<string>? instead = null) =>
        HoldsAsync(what, () => Task.FromResult(holds()), patience, instead: instead is null ? null : () => Task.FromResult(instead()));
}
