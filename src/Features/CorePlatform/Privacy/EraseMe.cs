using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Infrastructure.Gateway;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>
/// Closes the caller's account for good and has everybody forget them. The password is asked for again, because whoever finds an open session must not
/// be able to do this. The answer's receipt is how it can be followed afterwards, without an account.
/// </summary>
public sealed record EraseMe(string Password)
{
    public override string ToString() => nameof(EraseMe);

    public sealed class Validator : AbstractValidator<EraseMe>
    {
        public Validator() => RuleFor(x => x.Password).OwnPassword();
    }
}

// The body holds a password, and the second time there is no account any more.
[AnswerIsNeverStored]
public static class EraseMeEndpoint
{
    public static async Task<(User?, ProblemDetails)> LoadAsync(
        EraseMe command, Caller caller, IDocumentSession documents, Reconfirmation reconfirmation, HttpContext http)
    {
        var (user, refused) = await reconfirmation.OfAsync(caller, command.Password, documents, http);
        return user is null ? (null, refused) : (user, await documents.RefuseLastAdminAsync(user, http.RequestAborted));
    }

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status401Unauthorized, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status429TooManyRequests, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status503ServiceUnavailable, "application/problem+json")]
    [Refuses(400, "account.password_wrong", "The password is not the caller's; `errors` names the member it was sent in.")]
    [Refuses(409, "user.last_admin", "Nobody else is an admin: make somebody else one first.")]
    [Refuses(429, "auth.too_many_attempts", "Too many tries at this account without success: wait for `Retry-After` seconds.")]
    [WolverineDelete("/api/users/me"), RateLimit("password")]
    public static (Accepted<ErasureView>, OutgoingMessages) Delete(EraseMe command, [NotBody] User user, IDocumentSession documents, DateTimeOffset now)
    {
        var erasure = new Erasure { Id = Guid.NewGuid(), UserId = user.Id, Email = user.Email, AskedAt = now, Waiting = [Roles.Commerce] };
        documents.Delete(user);
        documents.Delete<AddressBook>(user.Id);
        documents.DeleteWhere<PersonalExport>(x => x.UserId == user.Id);
        documents.EraseTraces([user.Id]);
        documents.Insert(erasure);
        return (
            TypedResults.Accepted($"/api/users/erasures/{erasure.Id}", ErasureView.Of(erasure)),
            [new EndSessionsOf(user.Id), new BeginErasure(erasure.Id).DelayedFor(BeginErasure.Pause)]);
    }
}

/// <summary>Tells commerce, once no node believes in the person's sessions any more: an order placed meanwhile must be found.</summary>
public sealed record BeginErasure(Guid ErasureId)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
}

public static class BeginErasureHandler
{
    public static async Task<UserErased?> Handle(BeginErasure command, IQuerySession documents, CancellationToken cancellation) =>
        await documents.LoadAsync<Erasure>(command.ErasureId, cancellation) is { UserId: { } user, Email: { } email } erasure
            ? new(user, erasure.Id, email, null, erasure.AskedAt)
            : null;
}
