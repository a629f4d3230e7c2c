using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

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

    /// <summary>The bucket of this part of a divided stream; null for a whole stream.</summary>
    public int? Part { get; private init; }

    /// <summary>How many parts the stream is divided into.</summary>
    private int Parts { get; init; } = 1;

    /// <summary>The name in logs and cursors: <c>analytics/3</c> for part 3; a whole stream and part 0 have the stream's name.</summary>
    public string PartName => Part is null or 0 ? Name : $"{Name}/{Part}";

    /// <summary>The memory above which writers leave entries out, in bytes.</summary>
    public long Bytes => Megabytes * 1024L * 1024 / Parts;

    /// <summary>
    /// Above this length the senders keep further messages in their outboxes: trimming has not brought the stream back to its cap.
    /// </summary>
    public long Full => Cap + (Cap / 10L);

    /// <summary>
    /// At this length the senders go on: a little above the cap, because a trim stops at the cap, and other senders add at once.
    /// </summary>
    public long HasRoom => Cap + (Cap / 20L);

    /// <summary>The key of the stream, or of this part of it.</summary>
    public RedisKey KeyIn(RedisKeys keys) => Part is { } part ? RedisKeys.StreamPart(Name, part) : keys.Stream(Name);

    /// <summary>
    /// The parts of the stream: a stream that is counted has one in each bucket, so that one script can change a key and add to the stream.
    /// Every other stream has only one, because its entries have an order.
    /// </summary>
    public IReadOnlyList<StreamPolicy> Divide(int buckets) => !IsCounted || buckets == 1
        ? [this]
        : [.. Enumerable.Range(0, buckets).Select(x => this with { Part = x, Parts = buckets, Cap = Cap / buckets })];

    /// <summary>The policy with the operator's settings.</summary>
    /// <exception cref="StartupException">A setting is out of its bounds.</exception>
    public StreamPolicy With(IConfiguration configuration) =>
        new(Name, CapSetting.Read(configuration), HoursSetting.Read(configuration), IsArchived,
            MegabytesSetting?.Read(configuration) ?? 0);
}

/// <summary>The policies of this program's streams, with the operator's settings.</summary>
/// <param name="Buckets">How many buckets the keys are in.</param>
public sealed record StreamPolicies(IReadOnlyList<StreamPolicy> All, int Buckets = 1)
{
    /// <summary>The same streams, and instead of a divided one its parts.</summary>
    public IReadOnlyList<StreamPolicy> Parts { get; } = [.. All.SelectMany(x => x.Divide(Buckets))];
}
