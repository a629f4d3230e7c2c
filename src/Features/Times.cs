namespace Aarya.Features;

public static class Times
{
    /// <summary>The microseconds since 1970, as messages between contexts have a time.</summary>
    public static long ToUnixMicroseconds(this DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>
    /// Cuts off what PostgreSQL cannot store, so that a time in a document equals the same time in a column: PostgreSQL rounds the first
    /// when it casts the text, and Npgsql cuts off the second.
    /// </summary>
    public static DateTimeOffset ToMicrosecond(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
