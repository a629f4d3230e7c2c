using Aarya.Features.Search.Query;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.Search.Index;

/// <summary>Starts a refill of the index; it goes on page by page, over a restart too.</summary>
public static class ReindexCatalogueEndpoint
{
    [Refuses(409, "search.reindex_running", "Another refill is running: `detail` says when it began. Wait for its end.")]
    [WolverinePost("/api/admin/reindex")]
    [Authorize("merchandiser")]
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    public static async Task<(IResult, RefillIndex?)> Post(RefillTurn turn, CancellationToken cancellation)
    {
        var now = await turn.NowAsync(cancellation);
        return await turn.TakeAsync(now, cancellation) is { } running
            ? (Results.Problem(Running(running)), null)
            : (Results.Accepted(), new(now, ""));
    }

    private static ProblemDetails Running(DateTimeOffset since) => Problem.Conflict(
        "search.reindex_running", "A refill is running", $"The refill of the index that began at {since:u} is still running.");
}

/// <summary>One page of a refill.</summary>
public sealed record RefillIndex(DateTimeOffset Since, string Cursor);

public static class RefillIndexHandler
{
    public static async Task<OutgoingMessages> Handle(
        RefillIndex step, Refill refill, RefillTurn turn, ISearchEngine engine, CancellationToken cancellation)
    {
        // This one was given up, and the later one does all that it would do.
        if (await turn.TakeAsync(step.Since, cancellation) is not null) return [];
        var (next, _) = await refill.PageAsync(step.Since, step.Cursor, cancellation);
        if (next.Length > 0) return [step with { Cursor = next }];
        await engine.ForgetOlderAsync(step.Since, cancellation);
        await turn.EndAsync(step.Since, cancellation);
        return [];
    }
}
