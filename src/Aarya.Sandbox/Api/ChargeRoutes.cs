using Aarya.Sandbox.Truth;

namespace Aarya.Sandbox.Api;

internal static class ChargeRoutes
{
    public static void MapCharges(this IEndpointRouteBuilder v1)
    {
        v1.MapPost("/charges", ChargeAsync);
        v1.MapGet("/charges", async (string reference, Books books, SandboxState state) =>
            Wire.Answer(new { items = (await books.ChargesOfAsync(reference)).Select(x => ChargeView.Of(x, state.PublicUrl)) }));
        v1.MapGet("/charges/{id}", async (string id, Books books, SandboxState state) =>
            await books.FindChargeAsync(id) is { } charge
                ? Wire.Answer(ChargeView.Of(charge, state.PublicUrl))
                : Wire.Refuse(404, "charge_not_found", "There is no such charge."));
        v1.MapPost("/charges/{id}/capture",
            async (string id, Books books, SandboxState state) => Moved(await books.CaptureAsync(id), state));
        v1.MapPost("/charges/{id}/void", async (string id, Books books, SandboxState state) => Moved(await books.VoidAsync(id), state));
        v1.MapPost("/charges/{id}/challenge",
            async (string id, ChallengeAnswer answer, Books books, SandboxState state) => answer.Result switch
        {
            "approve" => Moved(await books.ChallengeAsync(id, approved: true), state),
            "decline" => Moved(await books.ChallengeAsync(id, approved: false), state),
            _ => Wire.Refuse(400, "result_invalid", "result must be approve or decline."),
        });
    }

    private static IResult Moved((Charge? Charge, Refusal? Refusal) moved, SandboxState state) =>
        moved.Refusal is { } refusal ? Wire.Refuse(refusal) : Wire.Answer(ChargeView.Of(moved.Charge!, state.PublicUrl));

    private static async Task<IResult> ChargeAsync(ChargeRequest request, HttpContext http, Books books, SandboxState state)
    {
        if (http.Request.Headers["Idempotency-Key"] is not [{ Length: > 0 and <= 255 } key])
            return Wire.Refuse(400, "idempotency_key_required", "Send an Idempotency-Key.");
        if (request.Reference is not { Length: > 0 and <= 200 } reference)
            return Wire.Refuse(400, "reference_invalid", "reference is missing or too long.");
        if (request.Amount is not (> 0 and <= 100_000_000_000 and var amount))
            return Wire.Refuse(400, "amount_invalid", "amount must be a positive number of minor units.");
        if (request.Currency is not { Length: 3 } currency)
            return Wire.Refuse(400, "currency_invalid", "currency must be an ISO 4217 code.");
        if (request.Attempt is < 1 or > 1_000) return Wire.Refuse(400, "attempt_invalid", "attempt must be from 1 to 1000.");
        if (TestToken.Find(request.Token ?? "") is not { } token) return Wire.Refuse(402, "token_unknown", "No card has this token.");

        if (token.LosesFirstRequest && await books.DropFirstAsync(key)) return await SilenceAsync(http);

        var (charge, made, refusal) = await books.ChargeAsync(key, reference, request.Attempt, amount, currency, token, request.Capture,
            $"{reference}|{amount}|{currency}|{request.Token}|{request.Capture}", TimeSpan.FromMilliseconds(state.Behaviour.PendingMs));
        if (refusal is not null) return Wire.Refuse(refusal);
        if (made && token.LosesFirstAnswer) return await SilenceAsync(http);
        if (made && token.IsSlow) await Task.Delay(state.Behaviour.SlowMs, http.RequestAborted);
        return Wire.Answer(ChargeView.Of(charge!, state.PublicUrl), made ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> SilenceAsync(HttpContext http)
    {
        await Task.Delay(TimeSpan.FromMinutes(2), http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        http.Abort();
        return Results.Empty;
    }
}
