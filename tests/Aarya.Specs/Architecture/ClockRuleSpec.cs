using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

public sealed partial class ClockRuleSpec
{
    private static readonly string[] OnTheSystemsClock =
    [
        // They give their hosts the clock.
        "AaryaHost.cs", "SandboxHost.cs",
        // gRPC compares deadlines with the system's clock.
        "RequestDeadline.cs",
        // Wolverine sets the times of retries and the ages of the outbox's rows by the system's clock.
        "RedisStreamSender.cs", "StreamLanes.cs",
    ];

    [Fact]
    public void the_time_comes_from_the_host_s_time_provider()
    {
        var reading = Repository.Sources().Where(x => File.ReadLines(x).Any(line => Reading().IsMatch(line)))
            .Select(x => Path.GetFileName(x));
        Assert.Equal(OnTheSystemsClock.Order(StringComparer.Ordinal), reading.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\bDateTime(?:Offset)?\.(?:UtcNow|Now|Today)\b|\bTimeProvider\.System\b|\bDateTime now\b")]
    private static partial Regex Reading();
}
