using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Outages;

/// <summary>
/// Logs the outage of a part that no health check asks, such as another company's server: one entry when it begins, and one when the part
/// answers again. A part that answers only some calls gets one pair of entries per minute.
/// </summary>
/// <param name="part">The part, as an operator calls it.</param>
public sealed partial class AwayLog(string part, ILogger log)
{
    private readonly OutageLine line = new();
    private int isAway;

    public void Fails(string reason)
    {
        if (Volatile.Read(ref isAway) == 0 && line.IsDue() && Interlocked.Exchange(ref isAway, 1) == 0) Down(part, reason);
    }

    public void Answers()
    {
        if (Volatile.Read(ref isAway) == 1 && Interlocked.Exchange(ref isAway, 0) == 1) Back(part);
    }

    [LoggerMessage(LogLevel.Warning, "{Part} does not answer: {Reason}")]
    private partial void Down(string part, string reason);

    [LoggerMessage(LogLevel.Information, "{Part} answers again.")]
    private partial void Back(string part);
}
