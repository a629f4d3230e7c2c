using Aarya.Infrastructure.Security;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>The roles of staff, who can see other people's data.</summary>
public static class StaffRoles
{
    public const string Admin = CallerRoles.Admin;

    /// <summary>Every role that an account can have; guests have none.</summary>
    public static IReadOnlyList<string> OfAccounts { get; } = [.. CallerRoles.All.Where(x => x != CallerRoles.Guest)];

    public static bool Any(IEnumerable<string> roles) => roles.Any(x => x is CallerRoles.Support or CallerRoles.Merchandiser or Admin);
}
