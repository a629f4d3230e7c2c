using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users.TwoFactor;

/// <summary>
/// Switches the second factor on, with a code that proves that the app has the key. Only this answer shows the recovery codes.
/// </summary>
public sealed record ConfirmTwoFactor(string Code)
{
    public override string ToString() => nameof(ConfirmTwoFactor);

    public sealed class Validator : AbstractValidator<ConfirmTwoFactor>
    {
        public Validator() => RuleFor(x => x.Code).NotEmpty().MaximumLength(64);
    }
}

/// <summary>Codes to keep on paper: each allows one login without the app.</summary>
public sealed record RecoveryCodesView(IReadOnlyList<string> RecoveryCodes)
{
    public override string ToString() => nameof(RecoveryCodesView);
}

[AnswerIsNeverStored]
public static class ConfirmTwoFactorEndpoint
{
    public static async Task<(User?, ProblemDetails)> LoadAsync(
        ConfirmTwoFactor command, Caller caller, IDocumentSession documents, Identity identity, Attempts attempts, HttpContext http)
    {
        if (await documents.LoadAsync<User>(caller.Subject, http.RequestAborted) is not { } user) return (null, Problem.NotFound("user"));
        if (user.TwoFactorEnabled || user.AuthenticatorKey is null)
            return (null, Problem.Conflict("two_factor.not_started", "Not started", "Ask for a key first."));
        if (await attempts.BeginAsync(PassTwoFactorEndpoint.Attempt, $"{user.Id:N}", http) is { Status: not null } tooMany)
            return (null, tooMany);
        using var accounts = identity.In(documents, http.RequestAborted);
        if (!await accounts.TakeCurrentCodeAsync(user, command.Code))
            return (null, Problem.Invalid("code", "is wrong, or was used before.", "two_factor.code_wrong"));
        await attempts.SucceedAsync(PassTwoFactorEndpoint.Attempt, $"{user.Id:N}", http);
        return (user, WolverineContinue.NoProblems);
    }

    [Refuses(400, "two_factor.code_wrong", "The code is wrong, or was used before.")]
    [Refuses(409, "two_factor.not_started", "There is no key to confirm: ask for one first.")]
    [CountsAttempts]
    [WolverinePost("/api/users/me/two-factor/confirm"), RateLimit("password"), Authorize("customer")]
    public static async Task<(RecoveryCodesView, OutgoingMessages)> Post(
        ConfirmTwoFactor command, User user, IDocumentSession documents, Identity identity, HttpContext http, DateTimeOffset now)
    {
        using var accounts = identity.In(documents, http.RequestAborted);
        await accounts.SetTwoFactorEnabledAsync(user, true);
        http.Response.Headers.CacheControl = "no-store";
        return (new(await accounts.NewRecoveryCodesAsync(user)), [AccountNotices.To(user, AccountNoticeKind.TwoFactorOn, now)]);
    }
}
