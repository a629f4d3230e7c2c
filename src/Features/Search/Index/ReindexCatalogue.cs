using Aarya.Features.Search.Query;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.Search.Index;

/// <summary>Starts a refill of the index; it goes on page by page, over a restart too.</summary>
public static class ReindexCatalogueEndpoint
{
    [WolverinePost("/api/admin/reindex")]
    [Authorize("merchandiser")]
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    public static (IResult, RefillIndex) Post(DateTimeOffset now) => (Results.Accepted(), new(now, ""));
}

/// <summary>One page of a refill.</summary>
public sealed record RefillIndex(DateTimeOffset Since, string Cursor);

public static class RefillIndexHandler
{
    public static async Task<OutgoingMessages> Handle(RefillIndex step, Refill refill, ISearchEngine engine, CancellationToken cancellation)
    {
        var (next, _) = await refill.PageAsync(step.Since, step.Cursor, cancellation);
        if (next.Length > 0) return [step with { Cursor = next }];
        await engine.ForgetOlderAsync(step.Since, cancellation);
        return [];
    }
}
