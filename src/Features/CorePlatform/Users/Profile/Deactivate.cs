using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Features.CorePlatform.Users.Passwords;
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

namespace Aarya.Features.CorePlatform.Users.Profile;

/// <summary>
/// Closes the account until its owner sets a new password by mail: every session ends, and a login is answered like one with a wrong
/// password.
/// </summary>
public sealed record Deactivate(string Password)
{
    public override string ToString() => nameof(Deactivate);

    public sealed class Validator : AbstractValidator<Deactivate>
    {
        public Validator() => RuleFor(x => x.Password).OwnPassword();
    }
}

[AnswerIsNeverStored]
public static class DeactivateEndpoint
{
    public static async Task<(User?, ProblemDetails)> LoadAsync(Deactivate command, Caller caller, IDocumentSession documents,
        Reconfirmation reconfirmation, HttpContext http)
    {
        var (user, refused) = await reconfirmation.OfAsync(caller, command.Password, documents, http);
        return user is null ? (null, refused) : (user, await documents.RefuseLastAdminAsync(user, http.RequestAborted));
    }

    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [AsksForPassword]
    [Refuses(409, "user.last_admin", "There is no other admin: make another account an admin first.")]
    [CountsAttempts]
    [WolverinePost("/api/users/me/deactivate"), RateLimit("password"), Authorize("customer")]
    public static async Task<(IResult, OutgoingMessages)> Post(
        Deactivate command, User user, IDocumentSession documents, Identity identity, DateTimeOffset now, CancellationToken cancellation)
    {
        using var accounts = identity.In(documents, cancellation);
        user.DeactivatedAt = now;
        await accounts.UpdateSecurityStampAsync(user);
        return (Results.NoContent(), [user.EndSessions(), AccountNotices.To(user, AccountNoticeKind.Deactivated, now)]);
    }
}
