using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Abuse;
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

/// <summary>Switches the second factor off, with the password or with a code; the owner gets a mail.</summary>
public sealed record StopTwoFactor(string? Password = null, string? Code = null)
{
    public override string ToString() => nameof(StopTwoFactor);

    public sealed class Validator : AbstractValidator<StopTwoFactor>
    {
        public Validator()
        {
            RuleFor(x => x.Password).NotEmpty().When(x => x.Code is null).WithMessage("is required when no code is given.");
            RuleFor(x => x.Password!).OwnPassword().When(x => !string.IsNullOrEmpty(x.Password));
            RuleFor(x => x.Code).MaximumLength(64);
        }
    }
}

[AnswerIsNeverStored]
public static class StopTwoFactorEndpoint
{
    public static async Task<(User?, ProblemDetails)> LoadAsync(
        StopTwoFactor command, Caller caller, IDocumentSession documents, Reconfirmation reconfirmation, Identity identity,
        Attempts attempts, HttpContext http)
    {
        if (command.Password is { Length: > 0 } password) return await reconfirmation.OfAsync(caller, password, documents, http);
        if (await documents.LoadAsync<User>(caller.Subject, http.RequestAborted) is not { } user) return (null, Problem.NotFound("user"));
        if (await attempts.BeginAsync(PassTwoFactorEndpoint.Attempt, $"{user.Id:N}", http) is { Status: not null } tooMany)
            return (null, tooMany);
        using var accounts = identity.In(documents, http.RequestAborted);
        if (!user.TwoFactorEnabled
            || !(await accounts.TakeCurrentCodeAsync(user, command.Code!) || await accounts.TakeRecoveryCodeAsync(user, command.Code!)))
            return (null, Problem.Invalid("code", "is wrong, or was used before.", "two_factor.code_wrong"));
        await attempts.SucceedAsync(PassTwoFactorEndpoint.Attempt, $"{user.Id:N}", http);
        return (user, WolverineContinue.NoProblems);
    }

    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [AsksForPassword]
    [Refuses(400, "two_factor.code_wrong", "The code is wrong, or was used before.")]
    [CountsAttempts]
    [WolverineDelete("/api/users/me/two-factor"), RateLimit("password"), Authorize("customer")]
    public static async Task<(IResult, OutgoingMessages)> Delete(
        StopTwoFactor command, [NotBody] User user, IDocumentSession documents, Identity identity, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (user is { TwoFactorEnabled: false, AuthenticatorKey: null }) return (Results.NoContent(), []);
        using var accounts = identity.In(documents, cancellation);
        await accounts.StopTwoFactorAsync(user);
        return (Results.NoContent(), [AccountNotices.To(user, AccountNoticeKind.TwoFactorOff, now)]);
    }
}
