using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Features.CorePlatform.Users.Passwords;
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

    [AsksForPassword]
    [Refuses(409, "two_factor.off", "There is no second factor: switch it on first.")]
    [CountsAttempts]
    [WolverinePost("/api/users/me/two-factor/recovery-codes"), RateLimit("password"), Authorize("customer")]
    public static async Task<(RecoveryCodesView, OutgoingMessages)> Post(
        RenewRecoveryCodes command, User user, IDocumentSession documents, Identity identity, HttpContext http, DateTimeOffset now)
    {
        using var accounts = identity.In(documents, http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        return (new(await accounts.NewRecoveryCodesAsync(user)), [AccountNotices.To(user, AccountNoticeKind.RecoveryCodesRenewed, now)]);
    }
}
