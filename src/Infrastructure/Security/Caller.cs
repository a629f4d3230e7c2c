using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Infrastructure.Security;

/// <summary>The caller, as the access token names them.</summary>
/// <param name="Subject">The guest's or customer's id (a UUID): the owner of carts, orders and sessions.</param>
/// <param name="SessionId">The session that the token belongs to.</param>
/// <param name="RoleNames">Some of <see cref="CallerRoles"/>.</param>
public sealed record Caller(Guid Subject, Guid SessionId, IReadOnlyList<string> RoleNames)
{
    /// <summary>True before the shopper has signed in.</summary>
    public bool IsGuest { get; } = RoleNames.Contains(CallerRoles.Guest);

    public bool Is(string role) => RoleNames.Contains(role);

    /// <summary>True for staff, who may see other people's data.</summary>
    public bool IsStaff => Is(CallerRoles.Support) || Is(CallerRoles.Admin);
}

public static class CallerContext
{
    /// <summary>
    /// The caller, or null when no token was sent. A slice that needs one takes a <see cref="Caller"/> parameter instead.
    /// </summary>
    public static Caller? FindCaller(this HttpContext http) => (http.User as CallerPrincipal)?.Caller;
}

/// <summary>Gives every endpoint that takes a <see cref="Caller"/> its caller, or answers 401.</summary>
public static class CallerRequired
{
    public static (Caller?, ProblemDetails) Load(HttpContext http)
    {
        if (http.FindCaller() is { } caller) return (caller, Wolverine.Http.WolverineContinue.NoProblems);
        return (null, BearerHandler.Refuse(http));
    }
}
