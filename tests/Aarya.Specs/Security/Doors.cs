using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Authorization;
using Wolverine.Http;

namespace Aarya.Specs.Security;

/// <summary>One endpoint per policy, and one that shows the roles of its caller.</summary>
public static class Doors
{
    [Authorize("guest")]
    [WolverineGet("/specs/doors/guest")]
    public static string Guest() => "open";

    [Authorize("customer")]
    [WolverineGet("/specs/doors/customer")]
    public static string Customer() => "open";

    [Authorize("support")]
    [WolverineGet("/specs/doors/support")]
    public static string Support() => "open";

    [Authorize("merchandiser")]
    [WolverineGet("/specs/doors/merchandiser")]
    public static string Merchandiser() => "open";

    [Authorize("admin")]
    [WolverineGet("/specs/doors/admin")]
    public static string Admin() => "open";

    [WolverinePost("/specs/doors/bell")]
    public static string Bell(Caller caller) => string.Join(' ', caller.RoleNames);
}
