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
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// Gives the caller a key for their authenticator app. It is not asked for until a code made with it was confirmed. The address must be
/// verified: whoever registers somebody else's must not be able to shut its owner out.
/// </summary>
public sealed record StartTwoFactor(string Password)
{
    public override string ToString() => nameof(StartTwoFactor);

    public sealed class Validator : AbstractValidator<StartTwoFactor>
    {
        public Validator() => RuleFor(x => x.Password).OwnPassword();
    }
}

/// <summary>What goes into an authenticator app.</summary>
/// <param name="Secret">In base 32, to type in.</param>
/// <param name="Uri">The same for a QR code.</param>
public sealed record TwoFactorKeyView(string Secret, string Uri)
{
    public override string ToString() => nameof(TwoFactorKeyView);
}

[AnswerIsNeverStored]
public static class StartTwoFactorEndpoint
{
    public static Task<(User?, ProblemDetails)> LoadAsync(StartTwoFactor command, Caller caller, IQuerySession documents,
        Reconfirmation reconfirmation, HttpContext http) =>
        reconfirmation.OfAsync(caller, command.Password, documents, http);

    public static ProblemDetails Validate(User user)
    {
        if (user.TwoFactorEnabled)
            return Problem.Conflict("two_factor.on", "Already on", "Switch the second factor off before you begin anew.");
        return user.EmailVerified
            ? WolverineContinue.NoProblems
            : Problem.Conflict("account.email_unverified", "Address not verified",
                "Open the link in the mail that you were sent, or ask for another, before you begin.");
    }

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status401Unauthorized, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status403Forbidden, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status429TooManyRequests, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status503ServiceUnavailable, "application/problem+json")]
    [Refuses(400, "account.password_wrong", "The password is not the caller's; `errors` names the member it was sent in.")]
    [Refuses(409, "account.email_unverified",
        "The account's address has not been verified: its owner has to open the link in the mail first.")]
    [Refuses(409, "two_factor.on", "The second factor is on already: switch it off first.")]
    [Refuses(429, "auth.too_many_attempts", "Too many tries at this account without success: wait for `Retry-After` seconds.")]
    [WolverinePost("/api/users/me/two-factor"), RateLimit("password"), Authorize("customer")]
    public static async Task<TwoFactorKeyView> Post(
        StartTwoFactor command, User user, IDocumentSession documents, Identity identity, HttpContext http, CancellationToken cancellation)
    {
        using var accounts = identity.In(documents, cancellation);
        await accounts.ResetAuthenticatorKeyAsync(user);
        http.Response.Headers.CacheControl = "no-store";
        return new(user.AuthenticatorKey!, Totp.UriOf(user.AuthenticatorKey!, user.Email));
    }
}
