using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Security;
using JasperFx.Metadata;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Somebody with an account: a customer, or one of the people of the shop.</summary>
public sealed class User : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    /// <summary>In the form of <see cref="EmailAddress"/>.</summary>
    [Personal]
    public string Email { get; set; } = "";

    /// <summary>What <see cref="UserByEmail"/> finds it by; unique.</summary>
    [BlindIndex(nameof(Email))]
    public string EmailIndex { get; init; } = "";

    public bool EmailVerified { get; set; }

    /// <summary>Where the account moves to once somebody there has opened the link.</summary>
    [Personal]
    public string? PendingEmail { get; set; }

    [Personal]
    public string Name { get; set; } = "";

    [Personal]
    public string? Phone { get; set; }

    /// <summary>A PHC string.</summary>
    public string PasswordHash { get; set; } = "";

    /// <summary>
    /// Since when an administrator whom an operator has named has had no password; null for everybody who has set one. See
    /// <see cref="FirstAdmin"/>.
    /// </summary>
    public DateTimeOffset? InvitedAt { get; set; }

    /// <summary>
    /// Changes with everything that somebody who knew the account before must not outlive: a login that began before is refused,
    /// and the links in mails work no more.
    /// </summary>
    public string SecurityStamp { get; set; } = "";

    /// <summary>
    /// Grows when all sessions are ended: one that began before refreshes no more, even where Redis has forgotten that it ended.
    /// </summary>
    public int SessionEpoch { get; set; }

    /// <summary>The one session that went on when the others were last ended.</summary>
    public Guid? KeptSession { get; set; }

    /// <summary>Some of <see cref="StaffRoles.OfAccounts"/>.</summary>
    public IReadOnlyList<string> Roles { get; set; } = [CallerRoles.Customer];

    public DateTimeOffset RegisteredAt { get; set; }

    /// <summary>The guest who registered and whose cart is waiting for the first login.</summary>
    public Guid? GuestToMerge { get; set; }

    /// <summary>Since when nobody signs in; a new password opens the account again.</summary>
    public DateTimeOffset? DeactivatedAt { get; set; }

    public bool TwoFactorEnabled { get; set; }

    /// <summary>What the authenticator app holds, in base 32; not in force before <see cref="TwoFactorEnabled"/>.</summary>
    [Personal]
    public string? AuthenticatorKey { get; set; }

    /// <summary>The step of the last code that was taken: no code works twice.</summary>
    public long LastCodeStep { get; set; }

    /// <summary>Hashes; a code that was used is gone.</summary>
    public IReadOnlyList<string> RecoveryCodes { get; set; } = [];

    /// <summary>Ends every session but one, if it is named: keep the user, and send the message with it.</summary>
    public EndSessionsOf EndSessions(Guid? except = null)
    {
        SessionEpoch++;
        KeptSession = except;
        return new(Id, except);
    }

    /// <summary>False for a session that was ended, whether or not it is still remembered.</summary>
    public bool Has(Session session) => session.Epoch == SessionEpoch || session.Id == KeptSession;
}
