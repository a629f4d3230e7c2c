using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Infrastructure.Security;

/// <summary>Who is asking, as the access token says.</summary>
/// <param name="Subject">The guest's or customer's id (a UUID): the owner of carts, orders and sessions.</param>
/// <param name="SessionId">The session that the token belongs to.</param>
/// <param name="IsGuest">True before the shopper has signed in.</param>
/// <param name="RoleNames">guest, customer, support, merchandiser, admin.</param>
public sealed record Caller(Guid Subject, string SessionId, bool IsGuest, IReadOnlyList<string> RoleNames)
{
    public bool Is(string role) => RoleNames.Contains(role);

    /// <summary>True for the people of the shop, who may see what is not theirs.</summary>
    public bool IsStaff => Is("support") || Is("admin");

    internal static Caller? Of(ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true } && Guid.TryParse(principal.FindFirstValue("sub"), out var subject)
            ? new(subject, principal.FindFirstValue("sid") ?? "", principal.HasClaim("role", "guest"), [.. principal.FindAll("role").Select(x => x.Value)])
            : null;
}

public static class CallerContext
{
    /// <summary>The caller, or null when no token was sent. A slice that needs one takes a <see cref="Caller"/> parameter instead.</summary>
    public static Caller? FindCaller(this HttpContext http) => Caller.Of(http.User);
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
