using Aarya.Infrastructure.Security;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>The caller's own account; a guest has only an id and the role.</summary>
/// <param name="Language">The language of mails and notifications; absent when the account has none.</param>
/// <param name="TwoFactor">Whether signing in requires a second factor.</param>
public sealed record UserView(
    Guid Id, string? Email, string? Name, IReadOnlyList<string> Roles, string? Phone = null, bool? EmailVerified = null,
    bool? TwoFactor = null, string? Language = null)
{
    private static readonly IReadOnlyList<string> GuestRoles = [CallerRoles.Guest];

    public static UserView Guest(Guid id) => new(id, null, null, GuestRoles);

    public static UserView Of(User user) =>
        new(user.Id, user.Email, user.Name, user.Roles, user.Phone, user.EmailVerified, user.TwoFactorEnabled,
            user.Language);
}
