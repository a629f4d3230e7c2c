using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Persistence;

namespace Aarya.Features.CorePlatform.Flags;

/// <summary>One flag with its conditions, and the ETag that a change of it sends back.</summary>
[Authorize("admin")]
public static class GetFlagEndpoint
{
    public static ProblemDetails Validate(Flag? flag) => flag is null ? Problem.NotFound("flag") : WolverineContinue.NoProblems;

    [ProducesResponseType<FlagView>(StatusCodes.Status200OK), ProducesResponseType(StatusCodes.Status304NotModified)]
    [WolverineGet("/api/admin/flags/{name}")]
    public static IResult Get(string name, [Entity(nameof(name), Required = false)] Flag? flag) => FlagView.Of(flag!).Answer();
}
