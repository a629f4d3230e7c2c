namespace Aarya.Features.CorePlatform.Users.BackOffice;

/// <summary>An account as staff see it.</summary>
public sealed record AccountView(Guid Id, string Email, bool EmailVerified, string Name, IReadOnlyList<string> Roles,
    DateTimeOffset RegisteredAt)
{
    public static AccountView Of(User x) => new(x.Id, x.Email, x.EmailVerified, x.Name, x.Roles, x.RegisteredAt);
}
