using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Flags;

/// <summary>If-Match and If-None-Match of a change (RFC 9110, section 13): it is made to what its author has seen, or not at all.</summary>
internal static class FlagPreconditions
{
    public static ProblemDetails Check(HttpContext http, Flag? flag)
    {
        var headers = http.Request.Headers;
        var own = flag is null ? null : new EntityTagHeaderValue(FlagView.Of(flag).Answer().ETag);
        return (headers.IfMatch.Count > 0 && !Names(headers.IfMatch, own))
            || (headers.IfNoneMatch.Count > 0 && Names(headers.IfNoneMatch, own))
            ? Problem.Of(StatusCodes.Status412PreconditionFailed, "request.precondition_failed", "Changed meanwhile",
                "The flag is not as you have seen it: read it again and repeat what you still want.")
            : WolverineContinue.NoProblems;
    }

    private static bool Names(StringValues sent, EntityTagHeaderValue? own) =>
        own is not null && EntityTagHeaderValue.TryParseList(sent, out var tags)
            && tags.Any(x => x.Equals(EntityTagHeaderValue.Any) || x.Compare(own, useStrongComparison: true));
}
