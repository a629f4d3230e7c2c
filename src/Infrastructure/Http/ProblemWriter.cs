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
        if (string.IsNullOrWhiteSpace(problem.Detail)) problem.Detail = MeaningOf(http, problem.Status ?? http.Response.StatusCode).Detail;
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
        var (code, _) = MeaningOf(http, status);
        var ours = status == StatusCodes.Status400BadRequest ? Faults(http, problem) : null;
        problem.Type = $"https://aarya.example/problems/{code}";
        problem.Title = ours is null ? problem.Title ?? ReasonPhrases.GetReasonPhrase(status) : "The request is not valid";
        if (ours is not null)
        {
            (problem.Detail, problem.Instance) = (Problem.InWords(ours), null);
            problem.Extensions.Clear();
            problem.Extensions["errors"] = ours;
        }

        if (status == StatusCodes.Status404NotFound && ChainOf(http) is not null) problem.Title = "Not found";
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

    // A code for clients, and what the reader can do about it.
    private static (string Code, string Detail) MeaningOf(HttpContext http, int status) => status switch
    {
        StatusCodes.Status400BadRequest => ("request.invalid", "The request cannot be read: compare it with the description at /docs."),
        StatusCodes.Status401Unauthorized => ("auth.required", "Send a valid access token."),
        StatusCodes.Status403Forbidden => ("auth.forbidden", "Sign in with an account that has a role for this."),
        StatusCodes.Status404NotFound => ChainOf(http) is { } chain
            ? ($"{ThingOf(chain)}.not_found", $"There is no such {ThingOf(chain).Replace('_', ' ')}.")
            : ("route.not_found", "Nothing has this address: /docs describes every address of the API."),
        StatusCodes.Status405MethodNotAllowed =>
            ("method.not_allowed", "This address does not take the method: the Allow header names those that it takes."),
        StatusCodes.Status406NotAcceptable => ("request.not_acceptable", "Accept application/json."),
        StatusCodes.Status408RequestTimeout => ("request.timeout", "The request did not arrive in time: send it again."),
        StatusCodes.Status409Conflict => ("request.conflict", "The current state does not allow this: load it again."),
        StatusCodes.Status412PreconditionFailed =>
            ("request.precondition_failed", "This has changed: load it again, and send the new ETag."),
        StatusCodes.Status413PayloadTooLarge => ("request.too_large", "Send a smaller body."),
        StatusCodes.Status415UnsupportedMediaType => ("request.media_type", "Send the body as application/json."),
        StatusCodes.Status422UnprocessableEntity =>
            ("request.unprocessable", "The request cannot be carried out: compare it with the description at /docs."),
        StatusCodes.Status428PreconditionRequired => ("request.precondition_required", "Send If-Match with the ETag that you have read."),
        StatusCodes.Status429TooManyRequests => ("rate.limited", "Wait for the seconds of Retry-After, then send the request again."),
        StatusCodes.Status502BadGateway => ("service.broke_off",
            "A part of the shop broke off while it processed the request, which may have had its effect: repeat it with the same "
            + "Idempotency-Key."),
        StatusCodes.Status503ServiceUnavailable =>
            ("service.unavailable", "A part that this request needs does not answer right now: try again in a moment."),
        StatusCodes.Status504GatewayTimeout => ("service.timeout",
            "The request took longer than the shop allows, and may have had its effect: repeat it with the same Idempotency-Key."),
        < StatusCodes.Status500InternalServerError =>
            ("request.refused", "The request is refused as it is: compare it with the description at /docs."),
        _ => ("server.error", "It has been recorded under the trace id."),
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
