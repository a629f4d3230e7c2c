namespace Aarya.Features.CorePlatform.Users;

/// <summary>The roles of the shop's own people, who see what is not theirs.</summary>
public static class StaffRoles
{
    public const string Admin = "admin";

    /// <summary>Every role that an account can have; guests have none.</summary>
    public static IReadOnlyList<string> OfAccounts { get; } = ["customer", "support", "merchandiser", Admin];

    public static bool Any(IEnumerable<string> roles) => roles.Any(x => x is "support" or "merchandiser" or Admin);
}
