using System.Globalization;
using Aarya.Infrastructure.Messaging.Streams;
using Wolverine;

namespace Aarya.Specs.Streams;

internal static class ShortTimes
{
    /// <summary>Specs do not wait for minutes.</summary>
    public static void UseShortTimes(this WolverineOptions wolverine)
    {
        var streams = wolverine.Transports.GetOrCreate<RedisStreamsTransport>().Options;
        streams.Block = TimeSpan.FromSeconds(1);
        streams.ClaimAfter = TimeSpan.FromSeconds(2);
        streams.ClaimEvery = TimeSpan.FromSeconds(1);
        var confirm = Environment.GetEnvironmentVariable("CONFIRM_SECONDS") ?? "1";
        streams.ConfirmAfter = TimeSpan.FromSeconds(int.Parse(confirm, CultureInfo.InvariantCulture));
        if (Environment.GetEnvironmentVariable("HANDLE_SECONDS") is { } handle)
            streams.HandleWithin = TimeSpan.FromSeconds(int.Parse(handle, CultureInfo.InvariantCulture));
        if (Environment.GetEnvironmentVariable("UNKNOWN_SECONDS") is { } unknown)
            streams.UnknownFor = TimeSpan.FromSeconds(int.Parse(unknown, CultureInfo.InvariantCulture));
        streams.StopWithin = TimeSpan.FromSeconds(3);
        wolverine.Durability.HealthCheckPollingTime = TimeSpan.FromSeconds(1);
        wolverine.Durability.StaleNodeTimeout = TimeSpan.FromSeconds(4);
        wolverine.Durability.CheckAssignmentPeriod = TimeSpan.FromSeconds(1);
        wolverine.Durability.OutboxStaleTime = TimeSpan.FromSeconds(5);
        wolverine.Durability.InboxStaleTime = TimeSpan.FromSeconds(5);
        wolverine.Durability.ScheduledJobFirstExecution = TimeSpan.FromMilliseconds(200);
        wolverine.Durability.ScheduledJobPollingTime = TimeSpan.FromMilliseconds(500);
    }
}
