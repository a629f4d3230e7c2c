namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>
/// One signed-in device, or one guest. Every token refers to its session; ending the session makes all its tokens invalid.
/// </summary>
/// <param name="UserId">The customer, or the guest's own id.</param>
/// <param name="IsStaff">A member of staff, whose session ends when it was not used for a while.</param>
/// <param name="LastSeenAt">When it was last used, to the minute.</param>
/// <param name="Epoch">The owner's <see cref="Users.User.SessionEpoch"/> when the session began.</param>
public sealed record Session(Guid Id, Guid UserId, bool IsGuest, bool IsStaff, Device From, DateTimeOffset CreatedAt,
    DateTimeOffset LastSeenAt, int Epoch = 0)
{
    /// <summary>How long a session of staff lives after its last request.</summary>
    public static readonly TimeSpan StaffIdle = TimeSpan.FromMinutes(30);

    /// <summary>How long a session lives after its last refresh: as long as the cart of its owner.</summary>
    public TimeSpan Lifetime => IsStaff ? StaffIdle : TimeSpan.FromDays(IsGuest ? 30 : 90);
}
