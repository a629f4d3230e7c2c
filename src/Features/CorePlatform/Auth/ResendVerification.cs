using Aarya.Infrastructure.Gateway;
using Aarya.Infrastructure.OpenApi;
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
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status401Unauthorized, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status403Forbidden, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status429TooManyRequests, "application/problem+json")]
    [Refuses(429, "auth.too_many_attempts", "Too many attempts on this account: wait for `Retry-After` seconds.")]
    [WolverinePost("/api/auth/email/verify/resend"), RateLimit("password"), Authorize("customer")]
    public static (IResult, SendVerification) Post(Caller caller) => (Results.Accepted(), new(caller.Subject));
}
