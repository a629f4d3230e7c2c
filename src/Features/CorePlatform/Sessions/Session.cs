namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>One signed-in device, or one guest: what every token refers to, and what is ended to shut them all out.</summary>
/// <param name="UserId">The customer, or the guest's own id.</param>
public sealed record Session(Guid Id, Guid UserId, bool IsGuest, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt)
{
    /// <summary>How long a session outlives its last refresh: as long as the cart of its owner.</summary>
    public TimeSpan Lifetime => TimeSpan.FromDays(IsGuest ? 30 : 90);
}
