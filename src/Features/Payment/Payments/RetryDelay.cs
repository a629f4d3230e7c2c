namespace Aarya.Features.Payment.Payments;

/// <summary>How long to wait before the provider is asked again: longer after each attempt, plus or minus a random part.</summary>
public static class RetryDelay
{
    private static readonly double[] Seconds = [1, 3, 8, 15, 30, 60, 120];

    public static TimeSpan After(int attempt) =>
        TimeSpan.FromSeconds(Seconds[Math.Clamp(attempt, 1, Seconds.Length) - 1] * (0.9 + 0.2 * Random.Shared.NextDouble()));
}
