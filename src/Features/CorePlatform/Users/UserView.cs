namespace Aarya.Features.CorePlatform.Users;

/// <summary>A person as they see themselves; a guest has only an id and the role.</summary>
public sealed record UserView(Guid Id, string? Email, string? Name, IReadOnlyList<string> Roles)
{
    private static readonly IReadOnlyList<string> GuestRoles = ["guest"];

    public static UserView Guest(Guid id) => new(id, null, null, GuestRoles);

    public static UserView Of(User user) => new(user.Id, user.Email, user.Name, user.Roles);
}
