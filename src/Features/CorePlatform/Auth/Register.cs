using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Rates;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// Opens an account, and mails the link that verifies its address. The answer does not reveal whether the address has an account: if it
/// has, no account is created, the same work is done, and its owner gets a mail.
/// </summary>
public sealed record Register(string Email, string Password, string Name)
{
    public override string ToString() => nameof(Register);

    public sealed class Validator : AbstractValidator<Register>
    {
        public Validator()
        {
            RuleFor(x => x.Email).NewEmailAddressOfAPerson();
            RuleFor(x => x.Password).NewPassword();
            RuleFor(x => x.Name).NameOfAPerson();
        }
    }
}

[AnswerIsNeverStored]
public static class RegisterEndpoint
{
    public static async Task<ProblemDetails> ValidateAsync(Register command, HttpContext http, PasswordStrength strength, Attempts attempts)
    {
        var known = PasswordStrength.KnownOf(command.Email, command.Name);
        var weak = await strength.CheckAsync("password", command.Password, known, http.RequestAborted);
        return weak.Status is null ? await attempts.BeginAsync("register", command.Email, http) : weak;
    }

    // The answer is empty and a repeated request is harmless; a stored hash of a body that contains a password would not be.
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [CountsAttempts]
    [WolverinePost("/api/auth/register"), RateLimit("register")]
    public static async Task<(IResult, OutgoingMessages)> Post(
        Register command, HttpContext http, IDocumentSession documents, Identity identity, PasswordHasher passwords,
        PresentedTokens presented, DateTimeOffset now)
    {
        var cancellation = http.RequestAborted;
        var email = EmailAddress.Normalize(command.Email)!;
        var guest = await presented.FindGuestAsync(http);
        var hash = await passwords.HashAsync(command.Password, cancellation);

        // Two registrations of one address at the same moment: the second waits, and then finds the first.
        await documents.LockAsync(email, cancellation);
        if (await documents.FindByEmailAsync(email, cancellation) is { } known)
            return (Results.Accepted(), [new RegistrationRepeated(known.Id)]);

        var user = new User
        {
            Id = Guid.CreateVersion7(now),
            Email = email,
            Name = PersonText.Compose(command.Name),
            PasswordHash = hash,
            RegisteredAt = now,
            GuestToMerge = guest?.UserId,
            Language = Languages.Preferred(http.Request),
        };
        using var accounts = identity.In(documents, cancellation);
        await accounts.CreateAsync(user);
        return (
            Results.Accepted(),
            [new UserRegisteredNotice(user.Id, user.Email, user.Name, now, user.Language), new SendVerification(user.Id)]);
    }
}
