namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>One signed-in device, or one guest: what every token refers to, and what is ended to shut them all out.</summary>
/// <param name="UserId">The customer, or the guest's own id.</param>
/// <param name="IsStaff">One of the people of the shop, whose session ends when nothing was asked with it for a while.</param>
/// <param name="LastSeenAt">When something was last asked with it, to the minute.</param>
/// <param name="Epoch">What <see cref="Users.User.SessionEpoch"/> was when it began.</param>
public sealed record Session(Guid Id, Guid UserId, bool IsGuest, bool IsStaff, Device From, DateTimeOffset CreatedAt,
    DateTimeOffset LastSeenAt, int Epoch = 0)
{
    /// <summary>How long a session of the shop's people outlives the last request.</summary>
    public static readonly TimeSpan StaffIdle = TimeSpan.FromMinutes(30);

    /// <summary>How long a session outlives its last refresh: as long as the cart of its owner.</summary>
    public TimeSpan Lifetime => IsStaff ? StaffIdle : TimeSpan.FromDays(IsGuest ? 30 : 90);
}
