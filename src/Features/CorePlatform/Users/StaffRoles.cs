using Aarya.Infrastructure.Security;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>The roles of the shop's own people, who see what is not theirs.</summary>
public static class StaffRoles
{
    public const string Admin = CallerRoles.Admin;

    /// <summary>Every role that an account can have; guests have none.</summary>
    public static IReadOnlyList<string> OfAccounts { get; } = [.. CallerRoles.All.Where(x => x != CallerRoles.Guest)];

    public static bool Any(IEnumerable<string> roles) => roles.Any(x => x is CallerRoles.Support or CallerRoles.Merchandiser or Admin);
}
