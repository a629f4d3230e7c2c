using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>The file of a mailed link; the link alone is enough to read it.</summary>
public static class FetchExportEndpoint
{
    public static async Task<(PersonalExport?, ProblemDetails)> LoadAsync(string token, IQuerySession documents, TimeProvider clock,
        CancellationToken cancellation)
    {
        var (hash, now) = (HashOf(token), clock.GetUtcNow());
        return await documents.Query<PersonalExport>().FirstOrDefaultAsync(x => x.TokenHash == hash, cancellation) is { } export
            && export.ExpiresAt > now
            ? (export, WolverineContinue.NoProblems)
            : (null, Problem.NotFound("export"));
    }

    [ProducesResponseType(StatusCodes.Status200OK)]
    [WolverineGet("/api/users/exports/{token}")]
    public static IResult Get(PersonalExport export, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        var whole = new JsonObject();
        foreach (var (context, json) in export.Parts) whole[context] = JsonNode.Parse(json);
        return Results.File(Encoding.UTF8.GetBytes(whole.ToJsonString()), "application/json", "aarya.json");
    }

    /// <summary>The hash of a link's token, which is stored instead of the token.</summary>
    internal static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
