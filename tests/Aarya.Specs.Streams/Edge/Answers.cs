using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Idempotency;
using Wolverine.Http;

namespace Aarya.Specs.Streams.Edge;

/// <summary>One endpoint per kind of answer that the edge treats differently.</summary>
public static class Answers
{
    [WolverineGet("/specs/who")]
    public static IResult GetWho(HttpContext http) =>
        Results.Text($"{http.Connection.RemoteIpAddress} {http.Request.Scheme} {http.Request.Host}");

    [WolverineGet("/specs/broken")]
    public static string GetBroken() => throw new InvalidOperationException("broken on purpose");

    [WolverineGet("/specs/long")]
    public static IResult GetLong() => Results.Json(Enumerable.Repeat("Kurta", 500));

    [WolverineGet("/specs/token"), AnswerIsNeverStored]
    public static IResult GetToken() => Results.Json(Enumerable.Repeat("Kurta", 500));

    [WolverineGet("/specs/tagged")]
    public static IResult GetTagged(HttpContext http)
    {
        http.Response.Headers.ETag = "\"7\"";
        return Results.Json(new { Name = "Moti" });
    }

    [WolverinePost("/specs/tagged")]
    public static string PostTagged() => "washed";

    /// <summary>The number of bytes received, and the header that the query names, as hexadecimal bytes.</summary>
    [WolverinePost("/specs/echo")]
    public static async Task<IResult> PostEcho(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var header = http.Request.Headers[http.Request.Query["header"].ToString()].ToString();
        return Results.Text($"read {body.Length} {Convert.ToHexString(System.Text.Encoding.Latin1.GetBytes(header))}");
    }
}
