using System.Text.Json;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.DeadLetters;

/// <param name="Body">The message; its personal values are <c>(sealed)</c>. Null when it is not JSON.</param>
public sealed record WholeDeadLetter(DeadLetterView Letter, JsonElement? Body);

/// <summary>One message that a context could not handle, with its content.</summary>
[Authorize("admin")]
public static class GetDeadLetterEndpoint
{
    [WolverineGet("/api/admin/dead-letters/{context}/{id}")]
    [ProducesResponseType<WholeDeadLetter>(StatusCodes.Status200OK)]
    public static async Task<IResult> Get(string context, Guid id, ContextLetters contexts, CancellationToken cancellation)
    {
        if (await contexts.FindAsync(context, id, cancellation) is not { } letter) return Results.Problem(Problem.NotFound("dead_letter"));
        JsonElement? body = letter.Body.Length == 0 ? null : JsonSerializer.Deserialize<JsonElement>(letter.Body);
        return Results.Ok(new WholeDeadLetter(DeadLetterView.Of(context, letter), body));
    }
}
