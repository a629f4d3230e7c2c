using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.Edge;

/// <summary>
/// Decides who may open a live line. A browser sends no preflight for a WebSocket, so the origin is checked here. A client that sends a
/// token expects its own news, so a bad token is refused instead of opening an anonymous line.
/// </summary>
internal static class HubAccess
{
    public static RequestDelegate Guard(EdgeSettings settings, RequestDelegate next) => http =>
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is null) return next(http);
        if (!IsOwn(http.Request, settings))
        {
            return Problems.WriteAsync(http,
                Problem.Forbidden("Pages of this origin are not allowed to open a live connection.", "origin.refused"));
        }

        return BearerHandler.FindToken(http.Request) is not null && http.FindCaller() is null
            ? Problems.WriteAsync(http, BearerHandler.Refuse(http))
            : next(http);
    };

    // Only browsers send an origin. Pages of the shop's own host are allowed.
    private static bool IsOwn(HttpRequest request, EdgeSettings settings)
    {
        var sent = request.Headers.Origin;
        if (sent.Count == 0) return true;
        if (settings.Origins.Contains("*")) return true;
        return sent is [{ } origin] && (settings.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)));
    }
}
