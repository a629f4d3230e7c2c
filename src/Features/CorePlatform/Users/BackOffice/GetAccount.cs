using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Persistence;

namespace Aarya.Features.CorePlatform.Users.BackOffice;

/// <summary>One account, for the shop's people.</summary>
[Authorize("support")]
public static class GetAccountEndpoint
{
    public static ProblemDetails Validate(User? user) => user is null ? Problem.NotFound("user") : WolverineContinue.NoProblems;

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [WolverineGet("/api/admin/users/{id:guid}")]
    public static AccountView Get(Guid id, [Entity(nameof(id), Required = false)] User? user) => AccountView.Of(user!);
}
