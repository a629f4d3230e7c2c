using System.Diagnostics.Metrics;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Content.Compaction;

/// <summary>
/// Compacts the streams every few seconds, in one process at a time. A process that dies or stands still loses its turn to another one;
/// when it wakes up, the positions have moved on, and what it still does has no effect.
/// </summary>
public sealed partial class CompactStreams : Worker
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseOfOthers = TimeSpan.FromSeconds(2);

    private readonly Lease lease;
    private readonly Compactor compactor;
    private readonly LastSuccess success;
    private readonly ILogger log;
    private readonly Dictionary<string, string> held = [];
    private bool isPrepared;

    public CompactStreams(
        IContentStore store, Compactor compactor, IMeterFactory meters, TimeProvider time, ILogger<CompactStreams> log) : base(time, log)
    {
        (this.compactor, this.log) = (compactor, log);
        lease = new(store, Roles.Content, "compactor", TimeSpan.FromSeconds(10));
        success = new(meters, "aarya_compactor_last_success_timestamp_seconds",
            "When this process last compacted every stream (Unix time); absent until this process has done it once.", time);
    }

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        if (!await HoldAsync(stopping)) return PauseOfOthers;
        if (!isPrepared) await compactor.PrepareAsync(stopping);
        isPrepared = true;
        List<Exception> failures = [];
        foreach (var policy in compactor.Policies)
        {
            if (!await HoldAsync(stopping)) return PauseOfOthers;
            try
            {
                Report(policy, await compactor.CompactAsync(policy, waits: true, () => HoldAsync(stopping), stopping));
            }
#pragma warning disable CA1031 // A stream that cannot be compacted must not keep the others from it.
            catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0) throw new AggregateException(failures);
        success.Record();
        return Pause;
    }

    private async Task<bool> HoldAsync(CancellationToken cancellation)
    {
        var isHeld = await lease.HoldAsync(cancellation);
        isPrepared &= isHeld;
        return isHeld;
    }

    protected override async Task EndAsync(CancellationToken stopping)
    {
#pragma warning disable CA1031 // The lease ends by itself.
        try
        {
            await lease.ReleaseAsync(stopping);
        }
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private void Report(StreamPolicy policy, StreamCompacted done)
    {
        var before = held.GetValueOrDefault(policy.PartName) ?? "";
        // For its first minute an entry waits for the outbox of its sender, which is normal.
        var now = done.HeldBy == "outbox" ? "" : done.HeldBy;
        if (now == before) return;
        held[policy.PartName] = now;
        if (now.Length > 0) LogHeld(policy.PartName, done.Length, policy.Cap, policy.Hours, now);
        else LogFree(policy.PartName, done.Length);
    }

    [LoggerMessage(LogLevel.Error,
        "{Stream} cannot be trimmed to {Cap} entries of at most {Hours} h: it has {Length}, and {Reader} still needs the oldest one.")]
    private partial void LogHeld(string stream, long length, int cap, int hours, string reader);

    [LoggerMessage(LogLevel.Information, "{Stream} is trimmed again: it has {Length} entries.")]
    private partial void LogFree(string stream, long length);
}
