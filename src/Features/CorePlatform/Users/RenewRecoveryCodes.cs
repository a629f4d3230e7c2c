using Aarya.Features.CorePlatform.Contracts;
using Aarya.Infrastructure.Gateway;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Gives the caller ten new recovery codes that replace all earlier ones; only this answer shows them.</summary>
public sealed record RenewRecoveryCodes(string Password)
{
    public override string ToString() => nameof(RenewRecoveryCodes);

    public sealed class Validator : AbstractValidator<RenewRecoveryCodes>
    {
        public Validator() => RuleFor(x => x.Password).OwnPassword();
    }
}

[AnswerIsNeverStored]
public static class RenewRecoveryCodesEndpoint
{
    public static Task<(User?, ProblemDetails)> LoadAsync(RenewRecoveryCodes command, Caller caller, IQuerySession documents,
        Reconfirmation reconfirmation, HttpContext http) =>
        reconfirmation.OfAsync(caller, command.Password, documents, http);

    public static ProblemDetails Validate(User user) => user.TwoFactorEnabled
        ? WolverineContinue.NoProblems
        : Problem.Conflict("two_factor.off", "Not on", "Without a second factor there are no recovery codes.");

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status401Unauthorized, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status403Forbidden, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status429TooManyRequests, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status503ServiceUnavailable, "application/problem+json")]
    [Refuses(400, "account.password_wrong", "The password is not the caller's; `errors` names the field that it was sent in.")]
    [Refuses(409, "two_factor.off", "There is no second factor: switch it on first.")]
    [Refuses(429, "auth.too_many_attempts", "Too many attempts on this account: wait for `Retry-After` seconds.")]
    [WolverinePost("/api/users/me/two-factor/recovery-codes"), RateLimit("password"), Authorize("customer")]
    public static async Task<(RecoveryCodesView, OutgoingMessages)> Post(
        RenewRecoveryCodes command, User user, IDocumentSession documents, Identity identity, HttpContext http, DateTimeOffset now)
    {
        using var accounts = identity.In(documents, http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        return (new(await accounts.NewRecoveryCodesAsync(user)), [AccountNotice.To(user, AccountNoticeKind.RecoveryCodesRenewed, now)]);
    }
}
