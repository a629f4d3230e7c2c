using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Gateway;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using FluentValidation;
using Grpc.Core;
using Marten;
using Marten.Patching;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// Opens a customer's session. Sent with a guest's token, or after a registration that was, the guest's cart becomes the customer's.
/// Whether an address has an account cannot be told from the answer nor from the work done for it.
/// </summary>
public sealed record LogIn(string Email, string Password)
{
    public override string ToString() => nameof(LogIn);

    public sealed class Validator : AbstractValidator<LogIn>
    {
        public Validator()
        {
            RuleFor(x => x.Email).NotEmpty().MaximumLength(EmailAddress.Longest);
            RuleFor(x => x.Password).NotEmpty().MaximumLength(PasswordHasher.LongestPassword);
        }
    }
}

[AnswerIsNeverStored]
public static partial class LogInEndpoint
{
    // A login waits this long for the cart; the event moves it if commerce is slower than that.
    private static readonly TimeSpan PatienceForTheCart = TimeSpan.FromSeconds(2);

    public static async Task<(User?, PasswordCheck, ProblemDetails)> LoadAsync(
        LogIn command, IDocumentSession documents, PasswordHasher passwords, CancellationToken cancellation)
    {
        var email = EmailAddress.Normalize(command.Email);
        var user = email is null ? null : await documents.FindByEmailAsync(email, cancellation);
        var check = await passwords.CheckAsync(command.Password, user?.PasswordHash, cancellation);
        return check.Matches
            ? (user, check, WolverineContinue.NoProblems)
            : (null, check, Problem.Unauthorized("auth.credentials_wrong", "The address or the password is wrong."));
    }

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status401Unauthorized, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status503ServiceUnavailable, "application/problem+json")]
    [WolverinePost("/api/auth/login"), RateLimit("login"), AnswerIsNeverStored]
    public static async Task<(SignedIn, OutgoingMessages)> Post(
        LogIn command,
        User user,
        PasswordCheck check,
        HttpContext http,
        IDocumentSession documents,
        PasswordHasher passwords,
        SessionStore sessions,
        AccessTokens tokens,
        PresentedTokens presented,
        Protos.Commerce.Commerce.CommerceClient commerce,
        ILogger<LogIn> log,
        DateTimeOffset now)
    {
        var messages = new OutgoingMessages();
        var guest = await presented.FindGuestAsync(http);
        foreach (var guestId in new[] { guest?.UserId, user.GuestToMerge }.OfType<Guid>().Distinct())
        {
            await MergeAsync(commerce, guestId, user.Id, log, http.RequestAborted);
            messages.Add(new GuestSignedIn(guestId, user.Id, now));
        }

        // After the commit: until then the guest's token is the only way to the cart.
        if (guest is not null) messages.Add(new EndSession(guest.Id));
        if (user.GuestToMerge is not null) documents.Patch<User>(user.Id).Delete(x => x.GuestToMerge!);

        if (check.IsOutdated)
        {
            var old = user.PasswordHash;
            var renewed = await passwords.HashAsync(command.Password, http.RequestAborted);
            // Not when the password was changed meanwhile.
            documents.Patch<User>(x => x.Id == user.Id && x.PasswordHash == old).Set(x => x.PasswordHash, renewed);
        }

        var (session, refresh) = await sessions.StartAsync(user.Id, guest: false);
        return (SignedIn.As(UserView.Of(user), session, refresh, tokens, http), messages);
    }

    private static async Task MergeAsync(Protos.Commerce.Commerce.CommerceClient commerce, Guid guestId, Guid userId, ILogger log, CancellationToken cancellation)
    {
        try
        {
            await commerce.MergeCartAsync(
                new() { FromSubject = $"{guestId:D}", ToSubject = $"{userId:D}" }, deadline: DateTime.UtcNow + PatienceForTheCart, cancellationToken: cancellation);
        }
        catch (RpcException e)
        {
            LogCartFollows(log, guestId, userId, e.StatusCode);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The cart of guest {GuestId} follows user {UserId} by event: commerce answered {Status}.")]
    private static partial void LogCartFollows(ILogger log, Guid guestId, Guid userId, StatusCode status);
}
