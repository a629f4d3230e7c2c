using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Wolverine.Http;

namespace Aarya.Infrastructure.Http;

/// <summary>
/// Answers 404 to a path with the nil UUID (RFC 9562, section 5.9): nothing has this id, and the event store treats it as a programming
/// error.
/// </summary>
internal static class NilIds
{
    public static Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        // The gateway has no chain: the context answers, because only it has the name of what is missing.
        if (http.GetEndpoint() is not RouteEndpoint endpoint) return next(http);
        if (endpoint.Metadata.GetMetadata<HttpChain>() is not { } chain) return next(http);
        // A GET that runs its own query finds nothing under the nil UUID and answers by itself.
        if (HttpMethods.IsGet(http.Request.Method) && !ProblemWriter.LoadsEntity(chain)) return next(http);
        foreach (var parameter in endpoint.RoutePattern.Parameters)
        {
            if (parameter.ParameterPolicies.Any(x => x.Content == "guid" || x.ParameterPolicy is GuidRouteConstraint)
                && Guid.TryParse(http.Request.RouteValues[parameter.Name]?.ToString(), out var id) && id == Guid.Empty)
                return Problems.WriteAsync(http, new() { Status = StatusCodes.Status404NotFound });
        }

        return next(http);
    }
}
