using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users.Staff;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Security;
using JasperFx.Metadata;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>A person with an account: a customer or a member of staff.</summary>
public sealed class User : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    /// <summary>In the form of <see cref="EmailAddress"/>.</summary>
    [Personal]
    public string Email { get; set; } = "";

    /// <summary><see cref="UserByEmail"/> searches by it; unique.</summary>
    [BlindIndex(nameof(Email))]
    public string EmailIndex { get; init; } = "";

    public bool EmailVerified { get; set; }

    /// <summary>The address that the account moves to once the link mailed there is opened.</summary>
    [Personal]
    public string? PendingEmail { get; set; }

    [Personal]
    public string Name { get; set; } = "";

    [Personal]
    public string? Phone { get; set; }

    /// <summary>The language of mails to the person, see <see cref="Languages"/>; null when the
    /// browser preferred none of them at the registration.</summary>
    public string? Language { get; set; }

    /// <summary>A PHC string.</summary>
    public string PasswordHash { get; set; } = "";

    /// <summary>
    /// When an operator named this administrator, if they have not set a password yet; null for all other accounts. See
    /// <see cref="FirstAdmin"/>.
    /// </summary>
    public DateTimeOffset? InvitedAt { get; set; }

    /// <summary>
    /// Changes whenever earlier access to the account must end: a login that began before the change is refused, and links mailed before it
    /// no longer work.
    /// </summary>
    public string SecurityStamp { get; set; } = "";

    /// <summary>
    /// Increases when all sessions are ended: an earlier session can no longer refresh, even if Redis has lost the fact that it ended.
    /// </summary>
    public int SessionEpoch { get; set; }

    /// <summary>The one session that was kept when the others were last ended.</summary>
    public Guid? KeptSession { get; set; }

    /// <summary>Some of <see cref="StaffRoles.OfAccounts"/>.</summary>
    public IReadOnlyList<string> Roles { get; set; } = [CallerRoles.Customer];

    public DateTimeOffset RegisteredAt { get; set; }

    /// <summary>The guest who registered this account; the first login takes over the guest's cart.</summary>
    public Guid? GuestToMerge { get; set; }

    /// <summary>When the account was closed; a new password opens it again.</summary>
    public DateTimeOffset? DeactivatedAt { get; set; }

    public bool TwoFactorEnabled { get; set; }

    /// <summary>The key in the authenticator app, in base 32; not in use before <see cref="TwoFactorEnabled"/>.</summary>
    [Personal]
    public string? AuthenticatorKey { get; set; }

    /// <summary>The time step of the last accepted code: no code works twice.</summary>
    public long LastCodeStep { get; set; }

    /// <summary>Hashes; a used code is removed.</summary>
    public IReadOnlyList<string> RecoveryCodes { get; set; } = [];

    /// <summary>
    /// Ends every session, except the named one if there is one: the caller stores the user and sends the returned message with it.
    /// </summary>
    public EndSessionsOf EndSessions(Guid? except = null)
    {
        SessionEpoch++;
        KeptSession = except;
        return new(Id, except);
    }

    /// <summary>False for a session that was ended, even if Redis still has it.</summary>
    public bool Has(Session session) => session.Epoch == SessionEpoch || session.Id == KeptSession;
}
