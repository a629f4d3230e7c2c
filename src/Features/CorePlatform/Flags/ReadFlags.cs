using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Persistence;

namespace Aarya.Features.CorePlatform.Flags;

public sealed record FlagList(IReadOnlyList<FlagView> Items);

/// <summary>Every flag with its conditions, by name.</summary>
[Authorize("admin")]
public static class ListFlagsEndpoint
{
    [WolverineGet("/api/admin/flags")]
    public static async Task<FlagList> Get(IQuerySession session, CancellationToken cancellation) =>
        new([.. (await session.Query<Flag>().OrderBy(x => x.Id).ToListAsync(cancellation)).Select(FlagView.Of)]);
}

/// <summary>One flag with its conditions, and the tag that a change of it is made with.</summary>
[Authorize("admin")]
public static class GetFlagEndpoint
{
    public static ProblemDetails Validate(Flag? flag) => flag is null ? Problem.NotFound("flag") : WolverineContinue.NoProblems;

    [ProducesResponseType<FlagView>(StatusCodes.Status200OK), ProducesResponseType(StatusCodes.Status304NotModified)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [WolverineGet("/api/admin/flags/{name}")]
    public static IResult Get(string name, [Entity(nameof(name), Required = false)] Flag? flag) => FlagView.Of(flag!).Answer();
}
