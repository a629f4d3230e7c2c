using System.Globalization;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Content.Compaction;

/// <summary>The arguments of <c>streams</c>.</summary>
public sealed class StreamsInput : NetCoreInput
{
    [Description("What to do: status")]
    public string Action { get; set; } = "";
}

[Description("Print how full each stream is, and how far its readers have come", Name = "streams")]
public sealed class StreamsCommand : JasperFxAsyncCommand<StreamsInput>
{
    public override async Task<bool> Execute(StreamsInput input)
    {
        if (input.Action != "status")
        {
            await Console.Error.WriteLineAsync($"aarya: streams cannot do '{input.Action}': write streams status.");
            return false;
        }

        using var host = input.BuildHost();
        var history = host.Services.GetRequiredService<StreamHistory>();
        var now = host.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var policy in host.Services.GetRequiredService<StreamPolicies>().All)
        {
            var stream = await history.StatusAsync(policy);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{stream.Name}: {stream.Length} of {stream.Cap} entries, {stream.Bytes / 1024} KB{Age(", oldest", stream.OldestAt)}"));
            foreach (var group in stream.Groups)
            {
                var more = group.Unread == StreamHistory.MostUnread ? " or more" : "";
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {group.Name,-10} {group.Pending} pending, {group.Unread}{more} not read{Age(", oldest", group.OldestAt)}"));
            }
        }

        return true;

        string Age(string what, DateTimeOffset? at) => at is null ? "" : $"{what} {now - at.Value:d\\.hh\\:mm\\:ss} ago";
    }
}
