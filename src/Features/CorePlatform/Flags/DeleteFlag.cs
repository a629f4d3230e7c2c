using System.Text.Json;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.CorePlatform.Flags;

/// <summary>Deletes a flag: it is then off for every caller.</summary>
[Authorize("admin")]
public static class DeleteFlagEndpoint
{
    public static ProblemDetails Validate(Flag? flag, HttpContext http) =>
        flag is null ? Problem.NotFound("flag") : FlagPreconditions.Check(http, flag);

    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status412PreconditionFailed, "application/problem+json")]
    [WolverineDelete("/api/admin/flags/{name}")]
    public static (IResult, IMartenOp, IMartenOp) Delete(string name, Caller caller,
        [Entity(nameof(name), Required = false)] Flag? flag, DateTimeOffset now)
    {
        var details = new Dictionary<string, string> { ["was"] = JsonSerializer.Serialize(FlagView.Of(flag!), AaryaJson.Options) };
        return (Results.NoContent(), MartenOps.Delete(flag!),
            MartenOps.Insert(AuditEntry.Of(caller, AuditActions.FlagDeleted, "flag", name, now, details)));
    }
}
