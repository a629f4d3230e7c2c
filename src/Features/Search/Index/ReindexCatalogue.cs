using Aarya.Features.Search.Contracts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Search.Index;

/// <summary>Starts a refill of the index; it continues page by page, also after a restart.</summary>
public static class ReindexCatalogueEndpoint
{
    [Refuses(409, "search.reindex_running", "Another refill is running: `detail` says when it began. Wait for its end.")]
    [Transactional]
    [WolverinePost("/api/admin/reindex")]
    [Authorize("merchandiser")]
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    public static async Task<(IResult, RefillIndex?, StaffActedNotice?)> Post(
        RefillTurn turn, Caller caller, CancellationToken cancellation)
    {
        var now = await turn.NowAsync(cancellation);
        return await turn.TakeAsync(now, cancellation) is { } running
            ? (Results.Problem(Running(running)), null, null)
            : (Results.Accepted(), new(now, ""), StaffActedNotice.Of(caller, StaffActions.RefillStarted, "index", "catalogue", now));
    }

    private static ProblemDetails Running(DateTimeOffset since) => Problem.Conflict(
        "search.reindex_running", "A refill is running", $"The refill of the index that began at {since:u} is still running.");
}
