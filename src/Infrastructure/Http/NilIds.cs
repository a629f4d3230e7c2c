using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;

namespace Aarya.Infrastructure.Http;

/// <summary>
/// Answers 404 to a path that names the nil UUID (RFC 9562, section 5.9): nothing has it, and the event store takes it for a mistake of the
/// program.
/// </summary>
internal static class NilIds
{
    public static Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint() is not RouteEndpoint endpoint) return next(http);
        foreach (var parameter in endpoint.RoutePattern.Parameters)
        {
            if (parameter.ParameterPolicies.Any(x => x.Content == "guid" || x.ParameterPolicy is GuidRouteConstraint)
                && Guid.TryParse(http.Request.RouteValues[parameter.Name]?.ToString(), out var id) && id == Guid.Empty)
                return Problems.WriteAsync(http, new() { Status = StatusCodes.Status404NotFound });
        }

        return next(http);
    }
}
