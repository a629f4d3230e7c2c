using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.Http;

/// <summary>What metrics, traces and logs show of an endpoint's route: few names, whatever clients send.</summary>
internal sealed partial class RequestRoute
{
    /// <summary>The name of the route of a request that no endpoint matches.</summary>
    public const string None = "(none)";

    private static readonly ConditionalWeakTable<Endpoint, RequestRoute> Known = [];

    private readonly string? fieldOfId;

    private RequestRoute(Endpoint endpoint)
    {
        IsProbe = endpoint.Metadata.GetMetadata<ForOperators>() is not null;
        IsLive = endpoint.Metadata.GetMetadata<HubMetadata>() is not null;
        var template = (endpoint as RouteEndpoint)?.RoutePattern.RawText;
        Name = template is null ? None : $"/{Parameter().Replace(template.Trim('/'), "{$1}")}";
        // The id in "/api/orders/{id:guid}/cancel" is that of an order. A value that is not constrained to a UUID may be anything.
        if (template?.Split('/').TakeWhile(x => x != "{id:guid}").ToList() is { Count: > 0 } before && template.Contains("{id:guid}"))
            fieldOfId = $"aarya.{OneOf(before[^1])}.id";
    }

    /// <summary>The template without constraints: <c>/api/orders/{id}</c> for <c>/api/orders/{id:guid}</c>.</summary>
    public string Name { get; }

    /// <summary>True for endpoints of operators. Probes ask them all the time.</summary>
    public bool IsProbe { get; }

    /// <summary>True for live connections, which last for hours and are no requests.</summary>
    public bool IsLive { get; }

    public static RequestRoute Of(Endpoint endpoint) => Known.GetValue(endpoint, static x => new(x));

    /// <summary>The id in the path of this request, with the field of the log that has it; null when the path has none.</summary>
    public (string Field, string Id)? IdOf(HttpContext http) =>
        fieldOfId is not null && http.GetRouteValue("id")?.ToString() is { } id && Guid.TryParse(id, out _) ? (fieldOfId, id) : null;

    // "orders", "addresses", "gift-cards".
    private static string OneOf(string things) => things.Replace('-', '_') switch
    {
        [.. var thing, 's', 's', 'e', 's'] => $"{thing}ss",
        [.. var thing, 's'] => thing,
        var thing => thing,
    };

    [GeneratedRegex(@"\{\**([A-Za-z0-9_]+)[^{}]*\}")]
    private static partial Regex Parameter();
}
