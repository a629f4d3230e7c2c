using System.Globalization;
using Aarya.Features.Content.Audit;
using Aarya.Features.Content.Contracts;
using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Content.Compaction;

/// <summary>The arguments of <c>streams</c>.</summary>
public sealed class StreamsInput : NetCoreInput
{
    [Description("What to do: status or replay")]
    public string Action { get; set; } = "";

    [Description("The stream to replay")]
    public string StreamFlag { get; set; } = "";

    [Description("The context that handles the events again; the process must host it")]
    public string GroupFlag { get; set; } = "";

    [Description("Replay events that were added at this time or later, such as 2026-11-28T06:00Z")]
    public string FromFlag { get; set; } = "";

    [Description("Replay events that were added before this time; by default, now")]
    public string ToFlag { get; set; } = "";

    [Description("Replay also what was handled before, to the handlers that rebuild data from events, up to now")]
    public bool AgainFlag { get; set; }
}

[Description("Print how full each stream is and how far its readers have come, or replay a stretch to one context", Name = "streams")]
public sealed class StreamsCommand : JasperFxAsyncCommand<StreamsInput>
{
    public override async Task<bool> Execute(StreamsInput input)
    {
        if (input.Action is not ("status" or "replay"))
            return await RefuseAsync($"streams cannot do '{input.Action}': write streams status or streams replay.");
        using var host = input.BuildHost();
        return input.Action == "status" ? await StatusAsync(host.Services) : await ReplayAsync(host.Services, input);
    }

    private static async Task<bool> StatusAsync(IServiceProvider services)
    {
        await BucketRecord.CheckAsync(services.GetRequiredService<RedisConnections>());
        var history = services.GetRequiredService<StreamHistory>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var policy in services.GetRequiredService<StreamPolicies>().All)
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

    private static async Task<bool> ReplayAsync(IServiceProvider services, StreamsInput input)
    {
        var replay = services.GetRequiredService<StreamReplay>();
        if (services.GetService<StreamStretch>() is not { } stretch)
            return await RefuseAsync("this process does not host content: AARYA_ROLES must name it, because content has the archive.");
        var policies = services.GetRequiredService<StreamPolicies>().All;
        if (policies.FirstOrDefault(x => x.Name == input.StreamFlag) is not { } policy)
            return await RefuseAsync($"--stream must be one of {string.Join(", ", policies.Select(x => x.Name))}.");
        if (!policy.Readers.Contains(input.GroupFlag))
            return await RefuseAsync($"--group must be one of the readers of {policy.Name}: {string.Join(", ", policy.Readers)}.");
        if (!replay.Hosts(input.GroupFlag))
            return await RefuseAsync($"this process does not host {input.GroupFlag}: AARYA_ROLES must name it.");
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (!TryTime(input.FromFlag, out var from)) return await RefuseAsync("--from must be a time, such as 2026-11-28T06:00Z.");
        if (input.ToFlag.Length == 0) input.ToFlag = now.ToString("O", CultureInfo.InvariantCulture);
        if (!TryTime(input.ToFlag, out var to) || to <= from) return await RefuseAsync("--to must be a time after --from.");
        if (input.AgainFlag && !replay.Rebuilds(policy.Name, input.GroupFlag))
            return await RefuseAsync($"--again: {input.GroupFlag} has nothing that is rebuilt from {policy.Name}.");
        // An order may have been refunded after --to: its purchase must not come back.
        if (input.AgainFlag && to < now) return await RefuseAsync("--to: what is rebuilt with --again must be replayed up to now.");
        if (!input.AgainFlag && now - from > StreamReplay.Oldest)
            return await RefuseAsync(
                $"--from must be at most {StreamReplay.Oldest.TotalDays} days ago: what was handled before then is no longer known, "
                + "and would take effect again.");

        await services.GetRequiredService<OperatorActs>().RecordAsync(StaffActions.StreamReplayed, "stream", policy.Name,
            ("group", input.GroupFlag), ("from", $"{from:O}"), ("to", $"{to:O}"), ("again", input.AgainFlag ? "true" : "false"));
        var (handedOver, handled, notRead, erased) = (0, 0, 0, 0);
        DateTimeOffset? first = null;
        await foreach (var page in stretch.ReadAsync(policy, from, to, input.AgainFlag, CancellationToken.None))
        {
            var events = page.OfType<StreamRecord>().ToList();
            erased += page.Count - events.Count;
            first ??= events.FirstOrDefault()?.AddedAt;
            var done = await replay.HandOverAsync(policy.Name, input.GroupFlag, events, input.AgainFlag, CancellationToken.None);
            (handedOver, handled, notRead) = (handedOver + done.HandedOver, handled + done.Handled, notRead + done.NotRead);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {policy.Name} for {input.GroupFlag}, from {from:u} to {to:u}; the first event there is {first?.ToString("u") ?? "missing"}
            {handedOver} deliveries were handed over; {handled} were done, waiting or dead letters before
            {notRead} events are not for {input.GroupFlag}
            {erased} events were left out, because personal data of theirs was erased
            """));
        return true;
    }

    private static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private static async Task<bool> RefuseAsync(string text)
    {
        await Console.Error.WriteLineAsync($"aarya: {text}");
        return false;
    }
}
