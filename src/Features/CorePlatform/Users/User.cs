using Aarya.Infrastructure.Security;
using JasperFx.Metadata;
using Marten.Metadata;

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

    [Personal]
    public string Name { get; set; } = "";

    /// <summary>A PHC string.</summary>
    public string PasswordHash { get; set; } = "";

    /// <summary>customer, support, merchandiser, admin.</summary>
    public IReadOnlyList<string> Roles { get; set; } = ["customer"];

    public DateTimeOffset RegisteredAt { get; set; }

    /// <summary>The guest who registered and whose cart is waiting for the first login.</summary>
    public Guid? GuestToMerge { get; set; }
}
