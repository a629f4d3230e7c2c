using System.Diagnostics;

namespace Aarya.Bench.EventStreams;

/// <param name="DelaysMs">How long after its time each request was answered; failed ones are left out.</param>
/// <param name="Failure">What happened to one of those that failed; null when none did.</param>
internal sealed record PacedRun(int Sent, int Failed, IReadOnlyList<double> DelaysMs, string? Failure = null);

/// <summary>
/// Sends requests at a constant rate, however slowly they are answered: as shoppers do, who do not wait for each other. The delay counts
/// from the time at which a request was due, so that one slow answer does not hide those that should have been sent meanwhile.
/// </summary>
internal static class Pacer
{
    // Connections are kept between the rounds.
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <param name="request">The request with this number, from 0 on.</param>
    public static async Task<PacedRun> RunAsync(int perSecond, TimeSpan time, Func<int, HttpRequestMessage> request)
    {
        var count = (int)(perSecond * time.TotalSeconds);
        var delays = new double?[count];
        var sending = new Task[count];
        string? failure = null;
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond);
            var wait = due - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.Zero) await Task.Delay(wait);
            sending[i] = SendAsync(i, due);
        }

        await Task.WhenAll(sending);
        return new(count, delays.Count(x => x is null), [.. delays.OfType<double>()], failure);

        async Task SendAsync(int number, TimeSpan due)
        {
            try
            {
                using var message = request(number);
                using var response = await Http.SendAsync(message);
                if (response.IsSuccessStatusCode) delays[number] = (Stopwatch.GetElapsedTime(began) - due).TotalMilliseconds;
                else failure = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                failure = e.Message;
            }
        }
    }
}
