namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>How this process reads the streams. The defaults are for production; specs shorten the times.</summary>
public sealed class RedisStreamsOptions
{
    /// <summary>
    /// This node's name as a consumer. It must be the same after every restart, because Redis lists the node's unacknowledged
    /// entries under it. <c>AARYA_NODE</c>; default: the machine's name. Two processes of one role on one machine need two names.
    /// </summary>
    public string Node { get; set; } = Environment.MachineName;

    /// <summary>How long one read waits for entries; the client's own timeout is derived from it and longer.</summary>
    public TimeSpan Block { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Another consumer's entry is taken over when that consumer has not shown for this long that it works on it. A consumer shows it for
    /// all of its entries four times in this period, however long a handler takes.
    /// </summary>
    public TimeSpan ClaimAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A handler that has not returned after this time hangs: its entry is left for a further delivery, here or in another process. It is
    /// above the 30 seconds after which a handler is told to stop, times the five attempts of one delivery.
    /// </summary>
    public TimeSpan HandleWithin { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>How often this process searches for entries of dead consumers.</summary>
    public TimeSpan ClaimEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The most entries of one read.</summary>
    public int Batch { get; set; } = 64;

    /// <summary>How many events of one group are handled at once; each of them takes a database connection.</summary>
    public int Lanes { get; set; } = 6;

    /// <summary>After this many deliveries without success an entry goes to the dead-letter table.</summary>
    public int MaxDeliveries { get; set; } = 5;

    /// <summary>How long an event may fail, without an outage, before it goes to the dead-letter table.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long an event that this version of the program does not declare waits for a process of a newer version, before it goes to the
    /// dead-letter table: longer than an upgrade of all processes takes.
    /// </summary>
    public TimeSpan UnknownFor { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long an outbox row is kept after its message was sent. With <c>appendfsync everysec</c>, Redis has everything older than two
    /// seconds on disk.
    /// </summary>
    public TimeSpan ConfirmAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a stopping process waits for the events that it is handling; the rest stay pending for later.</summary>
    public TimeSpan StopWithin { get; set; } = TimeSpan.FromSeconds(10);
}
