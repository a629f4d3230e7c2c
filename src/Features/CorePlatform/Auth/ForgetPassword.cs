using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Rates;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// Requests a link to set a new password. Neither the answer nor the work done for it reveals whether the address has an account.
/// </summary>
public sealed record ForgetPassword(string Email)
{
    public sealed class Validator : AbstractValidator<ForgetPassword>
    {
        public Validator() => RuleFor(x => x.Email).EmailAddressOfAPerson();
    }
}

[AnswerIsNeverStored]
public static class ForgetPasswordEndpoint
{
    public static Task<ProblemDetails> ValidateAsync(ForgetPassword command, HttpContext http, Attempts attempts) =>
        attempts.BeginAsync("forgot", command.Email, http);

    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [CountsAttempts]
    [WolverinePost("/api/auth/password/forgot"), RateLimit("password")]
    public static async Task<(IResult, SendPasswordReset)> Post(ForgetPassword command, IQuerySession documents,
        CancellationToken cancellation) =>
        (Results.Accepted(), new(await documents.FindIdByEmailAsync(EmailAddress.Normalize(command.Email)!, cancellation)));
}
