using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Wolverine.Attributes;
using Wolverine.Http;
using Wolverine.Persistence;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Aarya.Infrastructure.Http;

/// <summary>Completes every problem with what clients rely on and writes it, even to a client that prefers HTML.</summary>
internal sealed class ProblemWriter(IOptions<JsonOptions> json) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        var problem = context.ProblemDetails;
        if (!problem.Extensions.ContainsKey("code")) Complete(http, problem);
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier;
        // An endpoint may already have set these headers for the object that it was about to create.
        http.Response.Headers.Remove("Location");
        http.Response.Headers.Remove("ETag");
        http.Response.Headers.CacheControl = "no-store";
        return new(http.Response.WriteAsJsonAsync(problem, problem.GetType(), json.Value.SerializerOptions, "application/problem+json",
            http.RequestAborted));
    }

    // Rewrites a library's answer in the shop's terms: libraries set no codes and name .NET types.
    private void Complete(HttpContext http, ProblemDetails problem)
    {
        var status = problem.Status ??= http.Response.StatusCode;
        var code = CodeOf(http, status);
        var ours = status == StatusCodes.Status400BadRequest ? Faults(http, problem) : null;
        problem.Type = $"https://aarya.example/problems/{code}";
        problem.Title = ours is null ? problem.Title ?? ReasonPhrases.GetReasonPhrase(status) : "The request is not valid";
        if (ours is not null)
        {
            problem.Detail = problem.Instance = null;
            problem.Extensions.Clear();
            problem.Extensions["errors"] = ours;
        }

        if (status == StatusCodes.Status404NotFound && ChainOf(http) is { } chain)
        {
            problem.Title = "Not found";
            problem.Detail ??= $"There is no such {ThingOf(chain).Replace('_', ' ')}.";
        }

        problem.Extensions["code"] = code;
    }

    private Dictionary<string, string[]>? Faults(HttpContext http, ProblemDetails problem)
    {
        if (problem.Extensions.TryGetValue("parameter", out var parameter) && parameter is string name)
        {
            var type =
                ChainOf(http)?.Method.Method.GetParameters()
                    .FirstOrDefault(x => string.Equals(x.Name, name, StringComparison.OrdinalIgnoreCase))?.ParameterType;
            return new() { [name] = [type is null ? "is not valid." : JsonShape.ExpectationOf(type, json.Value.SerializerOptions)] };
        }

        return problem.Extensions.ContainsKey("bytePositionInLine") ? new() { ["body"] = ["is not valid for this request."] } : null;
    }

    private static string CodeOf(HttpContext http, int status) => status switch
    {
        StatusCodes.Status400BadRequest => "request.invalid",
        StatusCodes.Status401Unauthorized => "auth.required",
        StatusCodes.Status403Forbidden => "auth.forbidden",
        StatusCodes.Status404NotFound => ChainOf(http) is { } chain ? $"{ThingOf(chain)}.not_found" : "route.not_found",
        StatusCodes.Status405MethodNotAllowed => "method.not_allowed",
        StatusCodes.Status406NotAcceptable => "request.not_acceptable",
        StatusCodes.Status408RequestTimeout => "request.timeout",
        StatusCodes.Status409Conflict => "request.conflict",
        StatusCodes.Status412PreconditionFailed => "request.precondition_failed",
        StatusCodes.Status413PayloadTooLarge => "request.too_large",
        StatusCodes.Status415UnsupportedMediaType => "request.media_type",
        StatusCodes.Status422UnprocessableEntity => "request.unprocessable",
        StatusCodes.Status428PreconditionRequired => "request.precondition_required",
        StatusCodes.Status429TooManyRequests => "rate.limited",
        StatusCodes.Status502BadGateway => "service.broke_off",
        StatusCodes.Status503ServiceUnavailable => "service.unavailable",
        StatusCodes.Status504GatewayTimeout => "service.timeout",
        < StatusCodes.Status500InternalServerError => "request.refused",
        _ => "server.error",
    };

    private static HttpChain? ChainOf(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<HttpChain>();

    // Wolverine answers 404 by itself when the object that [Entity], [WriteAggregate] and the like load does not exist.
    private static string ThingOf(HttpChain chain) =>
        Loaded(chain) is { } loaded ? JsonNamingPolicy.SnakeCaseLower.ConvertName(loaded.ParameterType.Name) : "resource";

    /// <summary>Whether Wolverine loads what the path names.</summary>
    internal static bool LoadsEntity(HttpChain chain) => Loaded(chain) is not null;

    private static ParameterInfo? Loaded(HttpChain chain) => chain.Method.Method.GetParameters()
        .FirstOrDefault(x => x.GetCustomAttributes<WolverineParameterAttribute>().OfType<IDataRequirement>().Any());
}
