using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>Mails the caller another link to verify their address; nothing is sent to a verified address.</summary>
public static class ResendVerificationEndpoint
{
    public static Task<ProblemDetails> ValidateAsync(Caller caller, HttpContext http, Attempts attempts) =>
        attempts.BeginAsync("resend", $"{caller.Subject:N}", http);

    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [CountsAttempts]
    [WolverinePost("/api/auth/email/verify/resend"), RateLimit("password"), Authorize("customer")]
    public static (IResult, SendVerification) Post(Caller caller) => (Results.Accepted(), new(caller.Subject));
}
