using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Infrastructure.Http;

/// <summary>
/// RFC 9457 answers with the stable <c>code</c> that clients act on: dotted, lower case, the thing first (<c>cart.line_limit</c>).
/// Slices return one from <c>Validate</c>; the pipeline adds <c>traceId</c>.
/// </summary>
public static class Problem
{
    public static ProblemDetails Invalid(string field, string message, string code = "request.invalid") =>
        Of(StatusCodes.Status400BadRequest, code, "The request is not valid", null, new() { [field] = [message] });

    public static ProblemDetails Unauthorized(string code = "auth.required", string detail = "Send a valid access token.") =>
        Of(StatusCodes.Status401Unauthorized, code, "Not signed in", detail);

    public static ProblemDetails Forbidden(string detail, string code = "auth.forbidden") =>
        Of(StatusCodes.Status403Forbidden, code, "Not allowed", detail);

    /// <summary>Another user's object is answered exactly like a missing one.</summary>
    public static ProblemDetails NotFound(string thing) =>
        Of(StatusCodes.Status404NotFound, $"{thing}.not_found", "Not found", $"There is no such {thing.Replace('_', ' ')}.");

    public static ProblemDetails Conflict(string code, string title, string detail) =>
        Of(StatusCodes.Status409Conflict, code, title, detail);

    public static ProblemDetails Unprocessable(string code, string title, string detail) =>
        Of(StatusCodes.Status422UnprocessableEntity, code, title, detail);

    public static ProblemDetails Of(int status, string code, string title, string? detail, Dictionary<string, string[]>? errors = null)
    {
        var problem = new ProblemDetails
        {
            Status = status,
            Title = title,
            Detail = detail,
            Type = $"https://aarya.example/problems/{code}",
        };
        problem.Extensions["code"] = code;
        if (errors is not null) problem.Extensions["errors"] = errors;
        return problem;
    }
}
