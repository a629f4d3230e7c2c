using System.Net;
using System.Text.Json;
using Aarya.Sandbox.Truth;

namespace Aarya.Sandbox.Api;

/// <summary>
/// The second step of <c>tok_challenge</c>, where a bank would ask the shopper. The charge's id in the URL is the secret.
/// </summary>
internal static class ChallengePage
{
    public static void MapChallenge(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/challenge/{id}", async (string id, Books books) => await books.FindChargeAsync(id) is { } charge
            ? Html(charge.Status == ChargeStatus.RequiresAction ? Question(charge) : Done(charge))
            : Results.NotFound());
        routes.MapPost("/challenge/{id}", AnswerAsync).DisableAntiforgery();
    }

    private static async Task<IResult> AnswerAsync(string id, HttpContext http, Books books, SandboxState state)
    {
        var wantsPage = http.Request.HasFormContentType;
        string? result;
        try
        {
            result = wantsPage
                ? (await http.Request.ReadFormAsync())["result"].ToString()
                : (await http.Request.ReadFromJsonAsync<ChallengeAnswer>())?.Result;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException)
        {
            return Wire.Refuse(400, "request_invalid", "Send a form or JSON with result.");
        }

        if (result is not ("approve" or "decline")) return Wire.Refuse(400, "result_invalid", "result must be approve or decline.");
        var (charge, refusal) = await books.ChallengeAsync(id, result == "approve");
        if (charge is null) return Results.NotFound();
        if (wantsPage) return Html(Done(charge));
        return refusal is null ? Wire.Answer(ChargeView.Of(charge, state.PublicUrl)) : Wire.Refuse(refusal);
    }

    private static IResult Html(string body) => Results.Content(
        $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sandbox bank</title></head><body><h1>Sandbox "
        + $"bank</h1>{body}</body></html>", "text/html; charset=utf-8");

    private static string Question(Charge charge) => $"""
        <p>Do you approve {charge.Amount / 100m:0.00} {WebUtility.HtmlEncode(charge.Currency)}?</p>
        <form method="post"><button name="result" value="approve">Approve</button> <button name="result" value="decline">Decline</button>
        </form>
        """;

    private static string Done(Charge charge) =>
        $"<p>{(charge.Status is ChargeStatus.Captured or ChargeStatus.Authorized ? "Approved" : "Not approved")}. You can go back to the "
        + $"shop.</p>";
}
