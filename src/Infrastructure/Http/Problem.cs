using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Infrastructure.Http;

/// <summary>
/// RFC 9457 answers with the stable <c>code</c> that clients act on: dotted, lower case, the thing first (<c>cart.line_limit</c>).
/// Slices return one from <c>Validate</c>; the pipeline adds <c>traceId</c>.
/// </summary>
public static class Problem
{
    private const int MostFaults = 3;

    public static ProblemDetails Invalid(string field, string message, string code = "request.invalid") =>
        Invalid(new Dictionary<string, string[]> { [field] = [message] }, code);

    /// <param name="errors">The faults by field; each is a predicate after the field's name.</param>
    /// <param name="code">What clients act on.</param>
    public static ProblemDetails Invalid(Dictionary<string, string[]> errors, string code = "request.invalid") =>
        Of(StatusCodes.Status400BadRequest, code, "The request is not valid", InWords(errors), errors);

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

    /// <param name="detail">What the reader can do about it, or what must change: never empty.</param>
    public static ProblemDetails Of(int status, string code, string title, string detail, Dictionary<string, string[]>? errors = null)
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

    /// <summary>The first faults, a sentence each.</summary>
    internal static string InWords(Dictionary<string, string[]> errors)
    {
        var faults = errors.SelectMany(x => x.Value.Select(fault => $"{x.Key} {fault}")).ToList();
        var more = faults.Count - MostFaults;
        return string.Join(' ', faults.Take(MostFaults)) + (more > 0 ? $" {more} more: see errors." : "");
    }
}
