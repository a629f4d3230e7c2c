namespace Aarya.Features.CorePlatform.Audit;

/// <summary>Every action that the audit trail of this context records.</summary>
public static class AuditActions
{
    public const string AccountsListed = "user.listed";
    public const string AccountRead = "user.read";
    public const string RoleGranted = "user.role_granted";
    public const string RoleTaken = "user.role_taken";
    public const string FirstAdminNamed = "user.first_admin_named";
    public const string FlagChanged = "flag.changed";
    public const string FlagDeleted = "flag.deleted";

    public static IReadOnlyList<string> All { get; } =
        [AccountsListed, AccountRead, RoleGranted, RoleTaken, FirstAdminNamed, FlagChanged, FlagDeleted];
}
