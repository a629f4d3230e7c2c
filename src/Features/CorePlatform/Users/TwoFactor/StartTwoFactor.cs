using Aarya.Features.CorePlatform.Auth;
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
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users.TwoFactor;

/// <summary>
/// Gives the caller a key for their authenticator app. A login requires its codes only after the first code is confirmed. The address must
/// be verified: a person who registers another person's address must not be able to lock its owner out.
/// </summary>
public sealed record StartTwoFactor(string Password)
{
    public override string ToString() => nameof(StartTwoFactor);

    public sealed class Validator : AbstractValidator<StartTwoFactor>
    {
        public Validator() => RuleFor(x => x.Password).OwnPassword();
    }
}

/// <summary>The key for an authenticator app.</summary>
/// <param name="Secret">In base 32, to type in.</param>
/// <param name="Uri">The same key, for a QR code.</param>
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
            return Problem.Conflict("two_factor.on", "Already on", "The second factor is on: switch it off first.");
        return user.EmailVerified
            ? WolverineContinue.NoProblems
            : Problem.Conflict("account.email_unverified", "Address not verified",
                "First open the link in the mail that we sent you, or request another mail.");
    }

    [AsksForPassword]
    [Refuses(409, "account.email_unverified",
        "The account's address has not been verified: its owner must open the link in the mail first.")]
    [Refuses(409, "two_factor.on", "The second factor is on already: switch it off first.")]
    [CountsAttempts]
    [WolverinePost("/api/users/me/two-factor"), RateLimit("password"), Authorize("customer")]
    public static async Task<TwoFactorKeyView> Post(
        StartTwoFactor command, User user, IDocumentSession documents, Identity identity, HttpContext http, CancellationToken cancellation)
    {
        using var accounts = identity.In(documents, cancellation);
        await accounts.ResetAuthenticatorKeyAsync(user);
        http.Response.Headers.CacheControl = "no-store";
        return new(user.AuthenticatorKey!, AuthenticatorCodes.UriOf(user.AuthenticatorKey!, user.Email));
    }
}
