namespace Aarya.Infrastructure.Security;

/// <summary>Every role that a caller can have.</summary>
public static class CallerRoles
{
    public const string Guest = "guest";
    public const string Customer = "customer";
    public const string Support = "support";
    public const string Merchandiser = "merchandiser";
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } = [Guest, Customer, Support, Merchandiser, Admin];
}
