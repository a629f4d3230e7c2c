using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Rates;
using FluentValidation;
using Marten;
using Marten.Patching;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// Opens a customer's session. If the login or the registration is sent with a guest's token, the guest's cart becomes the customer's.
/// Neither the answer nor the work done for it reveals whether an address has an account. For an account with a second factor the answer is
/// <c>auth.two_factor_required</c> with a <c>challenge</c> for <c>/api/auth/two-factor</c>.
/// </summary>
/// <param name="DeviceToken">The device token that an earlier login on this device returned: with it, this login does not wait for the
/// attempts of others.</param>
public sealed record LogIn(string Email, string Password, string? DeviceToken = null)
{
    public override string ToString() => nameof(LogIn);

    public sealed class Validator : AbstractValidator<LogIn>
    {
        public Validator()
        {
            RuleFor(x => x.Email).NotEmpty().MaximumLength(EmailAddress.Longest);
            RuleFor(x => x.Password).OwnPassword();
            RuleFor(x => x.DeviceToken).MaximumLength(256);
        }
    }
}

/// <summary>A user whose password was right.</summary>
public sealed record RecognisedUser(User User, PasswordCheck Check, OpenedSession Opened);

[AnswerIsNeverStored]
public static class LogInEndpoint
{
    internal const string Attempt = "login";

    public static async Task<(RecognisedUser?, ProblemDetails)> LoadAsync(
        LogIn command, HttpContext http, IDocumentSession documents, PasswordHasher passwords, Attempts attempts, DeviceTokens devices,
        Challenges challenges, SignIns signIns, DateTimeOffset now)
    {
        var email = EmailAddress.Normalize(command.Email);
        var user = email is null ? null : await documents.FindByEmailAsync(email, http.RequestAborted);
        var device = user is null ? null : devices.FindDevice(user, command.DeviceToken);
        if (await attempts.BeginAsync(Attempt, command.Email, http, device) is { Status: not null } tooMany) return (null, tooMany);
        var check = await passwords.CheckAsync(command.Password, user?.PasswordHash, http.RequestAborted);
        if (!check.Matches || user!.DeactivatedAt is not null) return (null, SignIns.Refused);

        await attempts.SucceedAsync(Attempt, command.Email, http, device);
        if (user.TwoFactorEnabled) return (null, TwoFactorRequired(await challenges.SetAsync(user, device)));
        var (opened, refused) = await signIns.OpenAsync(user, documents, http, now);
        return opened is null ? (null, refused) : (new(user, check, opened), refused);
    }

    [ProducesResponseType<SignedIn>(StatusCodes.Status200OK)]
    [Refuses(401, "auth.credentials_wrong", "The address or the password is wrong; the answer does not say which.")]
    [Refuses(401, "auth.two_factor_required",
        "The password was right. Send `challenge` with a code to `/api/auth/two-factor` within `expiresIn` seconds.")]
    [CountsAttempts]
    [WolverinePost("/api/auth/login"), RateLimit("login")]
    public static async Task<(IResult, OutgoingMessages)> Post(LogIn command, RecognisedUser recognised, IDocumentSession documents,
        PasswordHasher passwords, CancellationToken cancellation)
    {
        var (user, check, opened) = recognised;
        if (user.GuestToMerge is not null) documents.Patch<User>(user.Id).Delete(x => x.GuestToMerge!);
        if (check.IsOutdated)
        {
            var old = user.PasswordHash;
            var renewed = await passwords.HashAsync(command.Password, cancellation);
            // Not when the password was changed meanwhile.
            documents.Patch<User>(x => x.Id == user.Id && x.PasswordHash == old).Set(x => x.PasswordHash, renewed);
        }

        return (opened.Answer, opened.Messages);
    }

    private static ProblemDetails TwoFactorRequired(string challenge)
    {
        var problem = Problem.Unauthorized("auth.two_factor_required",
            "Send the challenge with a code of your authenticator app, or a recovery code.");
        problem.Extensions["challenge"] = challenge;
        problem.Extensions["expiresIn"] = (int)Challenges.Lifetime.TotalSeconds;
        return problem;
    }
}
