namespace Aarya.Specs.Support;

/// <summary>A clock that stands still until it is moved.</summary>
public sealed class HeldTime(DateTimeOffset now) : TimeProvider
{
    private DateTimeOffset current = now;

    public HeldTime() : this(DateTimeOffset.UtcNow) { }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => current;

    public override long GetTimestamp() => current.UtcTicks;

    public void Move(TimeSpan by) => current += by;
}
