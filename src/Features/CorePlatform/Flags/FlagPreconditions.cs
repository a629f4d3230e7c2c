using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Flags;

/// <summary>
/// Checks If-Match and If-None-Match of a change (RFC 9110, section 13): it applies only to the version that its author has seen.
/// </summary>
internal static class FlagPreconditions
{
    public static ProblemDetails Check(HttpContext http, Flag? flag)
    {
        var headers = http.Request.Headers;
        var own = flag is null ? null : new EntityTagHeaderValue(FlagView.Of(flag).Answer().ETag);
        return (headers.IfMatch.Count > 0 && !Names(headers.IfMatch, own))
            || (headers.IfNoneMatch.Count > 0 && Names(headers.IfNoneMatch, own))
            ? Problem.Of(StatusCodes.Status412PreconditionFailed, "request.precondition_failed", "Changed meanwhile",
                "The flag is not in the state that If-Match or If-None-Match requires: reload it and try again.")
            : WolverineContinue.NoProblems;
    }

    private static bool Names(StringValues sent, EntityTagHeaderValue? own) =>
        own is not null && EntityTagHeaderValue.TryParseList(sent, out var tags)
            && tags.Any(x => x.Equals(EntityTagHeaderValue.Any) || x.Compare(own, useStrongComparison: true));
}
