using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Messaging.Streams.Entries;

/// <summary>How long a stream keeps its entries. An entry that some reader still needs stays for longer than that.</summary>
/// <param name="Name">The stream.</param>
/// <param name="Cap">The most entries; the oldest go first.</param>
/// <param name="Hours">Older entries go.</param>
/// <param name="IsArchived">True when an entry stays until the archive has it.</param>
/// <param name="Megabytes">
/// For a stream whose entries are counted, and which is written without an outbox: the memory above which writers leave entries out.
/// Else 0.
/// </param>
public sealed record StreamPolicy(string Name, int Cap, int Hours, bool IsArchived = false, int Megabytes = 0)
{
    private const int MostMegabytes = 16_384;

    /// <summary>
    /// The least age at which an entry of an outbox is deleted: before, the sender may not have found it in the stream, and would send it
    /// again. A stream that is counted has no outbox.
    /// </summary>
    public static readonly TimeSpan LeastAge = TimeSpan.FromMinutes(1);

    /// <summary>The groups that read the stream: none of them may miss an entry, even if it has not started yet.</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];

    /// <summary>The setting that replaces <see cref="Cap"/>.</summary>
    public NumberSetting CapSetting { get; } = new($"AARYA_STREAM_CAP_{Name.ToUpperInvariant()}", Cap, 1_000, 100_000_000);

    /// <summary>The setting that replaces <see cref="Hours"/>.</summary>
    public NumberSetting HoursSetting { get; } = new($"AARYA_STREAM_HOURS_{Name.ToUpperInvariant()}", Hours, 1, 24 * 30);

    /// <summary>The setting that replaces <see cref="Megabytes"/>; null for a stream without such a limit.</summary>
    public NumberSetting? MegabytesSetting { get; } =
        Megabytes > 0 ? new($"AARYA_STREAM_MB_{Name.ToUpperInvariant()}", Megabytes, 1, MostMegabytes) : null;

    /// <summary>Every setting of the stream.</summary>
    public IEnumerable<NumberSetting> Settings => new[] { CapSetting, HoursSetting, MegabytesSetting }.OfType<NumberSetting>();

    /// <summary>True when an entry stays until it is counted.</summary>
    public bool IsCounted => Megabytes > 0;

    /// <summary><see cref="Megabytes"/> in bytes.</summary>
    public long Bytes => Megabytes * 1024L * 1024;

    /// <summary>
    /// Above this length the senders keep further messages in their outboxes: trimming has not brought the stream back to its cap.
    /// </summary>
    public long Full => Cap + (Cap / 10L);

    /// <summary>
    /// At this length the senders go on: a little above the cap, because a trim stops at the cap, and other senders add at once.
    /// </summary>
    public long HasRoom => Cap + (Cap / 20L);

    /// <summary>The policy with the operator's settings.</summary>
    /// <exception cref="StartupException">A setting is out of its bounds.</exception>
    public StreamPolicy With(IConfiguration configuration) =>
        new(Name, CapSetting.Read(configuration), HoursSetting.Read(configuration), IsArchived,
            MegabytesSetting?.Read(configuration) ?? 0);
}

/// <summary>The policies of this program's streams, with the operator's settings.</summary>
public sealed record StreamPolicies(IReadOnlyList<StreamPolicy> All);
