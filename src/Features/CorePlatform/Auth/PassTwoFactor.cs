using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Rates;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// The second step of a login: a code of the authenticator app, or one of the recovery codes. A challenge is valid for five minutes and
/// five tries; a code works once.
/// </summary>
public sealed record PassTwoFactor(string Challenge, string Code)
{
    public override string ToString() => nameof(PassTwoFactor);

    public sealed class Validator : AbstractValidator<PassTwoFactor>
    {
        public Validator()
        {
            RuleFor(x => x.Challenge).NotEmpty().MaximumLength(Challenges.Longest);
            RuleFor(x => x.Code).NotEmpty().MaximumLength(64);
        }
    }
}

/// <summary>A user whose second factor was right.</summary>
public sealed record PassedTwoFactor(User User, OpenedSession Opened);

[AnswerIsNeverStored]
public static class PassTwoFactorEndpoint
{
    internal const string Attempt = "two_factor";

    public static async Task<(PassedTwoFactor?, ProblemDetails)> LoadAsync(
        PassTwoFactor command, HttpContext http, IDocumentSession documents, Identity identity, Attempts attempts, Challenges challenges,
        SignIns signIns, DateTimeOffset now)
    {
        if (await challenges.TryAsync(command.Challenge) is not { } challenged) return Over;
        if (await attempts.BeginAsync(Attempt, $"{challenged.UserId:N}", http, challenged.Device) is { Status: not null } tooMany)
            return (null, tooMany);
        // The same code in two logins at once: the second waits, and then finds it used.
        if (await documents.LoadAloneAsync(challenged.UserId, http.RequestAborted) is not { } user || !challenged.IsStillGoodFor(user))
            return Over;

        using var accounts = identity.In(documents, http.RequestAborted);
        var byRecoveryCode = !await accounts.TakeCurrentCodeAsync(user, command.Code);
        if (byRecoveryCode && !await accounts.TakeRecoveryCodeAsync(user, command.Code))
            return (null, Problem.Unauthorized("auth.code_wrong", "The code is wrong, or was used before."));

        if (!await challenges.SpendAsync(command.Challenge)) return Over;
        await attempts.SucceedAsync(Attempt, $"{user.Id:N}", http, challenged.Device);
        var (opened, refused) = await signIns.OpenAsync(user, documents, http, now);
        if (opened is null) return (null, refused);
        if (byRecoveryCode) opened.Messages.Add(AccountNotices.To(user, AccountNoticeKind.RecoveryCodeUsed, now));
        return (new(user, opened), refused);
    }

    [ProducesResponseType<SignedIn>(StatusCodes.Status200OK)]
    [Refuses(401, "auth.code_wrong", "The code is wrong, or was used before: send another one.")]
    [Refuses(401, "auth.challenge_invalid", "The challenge has expired or was tried too often: sign in again.")]
    [Refuses(401, "auth.credentials_wrong", "The account was closed or its password changed meanwhile.")]
    [CountsAttempts]
    [WolverinePost("/api/auth/two-factor"), RateLimit("login")]
    public static (IResult, IMartenOp, OutgoingMessages) Post(PassTwoFactor command, PassedTwoFactor passed)
    {
        passed.User.GuestToMerge = null;
        return (passed.Opened.Answer, MartenOps.Update(passed.User), passed.Opened.Messages);
    }

    private static (PassedTwoFactor?, ProblemDetails) Over =>
        (null, Problem.Unauthorized("auth.challenge_invalid", "The challenge has expired or was tried too often: sign in again."));
}
