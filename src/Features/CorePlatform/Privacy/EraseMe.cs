using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Privacy.Erasure;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>
/// Deletes the caller's account and erases their data in all contexts. The password is required again, because an open session must not be
/// enough to do this. With the receipt in the answer the erasure can be followed without an account.
/// </summary>
public sealed record EraseMe(string Password)
{
    public override string ToString() => nameof(EraseMe);

    public sealed class Validator : AbstractValidator<EraseMe>
    {
        public Validator() => RuleFor(x => x.Password).OwnPassword();
    }
}

// The body contains a password, and a second request finds no account.
[AnswerIsNeverStored]
public static class EraseMeEndpoint
{
    public static async Task<(User?, ProblemDetails)> LoadAsync(
        EraseMe command, Caller caller, IDocumentSession documents, Reconfirmation reconfirmation, HttpContext http)
    {
        var (known, refused) = await reconfirmation.OfAsync(caller, command.Password, documents, http);
        if (known is null) return (null, refused);
        // A concurrent change of the account has committed by now; a later one finds no account.
        if (await documents.LoadAloneAsync(known.Id, http.RequestAborted) is not { } user) return (null, Problem.NotFound("user"));
        if (user.PasswordHash != known.PasswordHash) return (null, Reconfirmation.Wrong("password"));
        return (user, await documents.RefuseLastAdminAsync(user, http.RequestAborted));
    }

    [AsksForPassword]
    [Refuses(409, "user.last_admin", "There is no other admin: make another account an admin first.")]
    [CountsAttempts]
    [WolverineDelete("/api/users/me"), RateLimit("password")]
    public static (Accepted<ErasureView>, BeginRound) Delete(EraseMe command, [NotBody] User user,
        IDocumentSession documents, DateTimeOffset now)
    {
        var erasure = new Erasure
        {
            Id = Guid.NewGuid(),
            UserId = user.Id,
            RegisteredAt = user.RegisteredAt,
            AskedAt = now,
            Waiting = [Roles.Commerce],
        };
        documents.DeleteAccount(user.Id);
        documents.EraseTraces([user.Id]);
        documents.Insert(erasure);
        return (TypedResults.Accepted($"/api/users/erasures/{erasure.Id}", ErasureView.Of(erasure)), new(erasure.Id));
    }
}
