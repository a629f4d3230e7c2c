using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Gateway;
using Aarya.Infrastructure.Idempotency;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Wolverine.Http;
using Wolverine;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// Opens an account. The answer is the same whoever owns the address, so that nobody learns from it who shops here: for an address
/// that has an account already nothing is made, and the same work is done.
/// </summary>
public sealed record Register(string Email, string Password, string Name)
{
    public override string ToString() => nameof(Register);

    public sealed class Validator : AbstractValidator<Register>
    {
        public Validator()
        {
            RuleFor(x => x.Email).Must(x => EmailAddress.Normalize(x) is not null).WithMessage("This is not an e-mail address.");
            RuleFor(x => x.Password).NotNull().Length(PasswordHasher.ShortestPassword, PasswordHasher.LongestPassword);
            RuleFor(x => x.Name).NotEmpty().MaximumLength(100)
                .Must(x => x is null || !x.Any(char.IsControl)).WithMessage("A name has no control characters.");
        }
    }
}

/// <summary>Somebody asked for an account at an address that has one.</summary>
public sealed record RegistrationRepeated(Guid UserId);

// The answer is empty and asking again is harmless; a stored hash of a body with a password in it would not be.
[AnswerIsNeverStored]
public static class RegisterEndpoint
{
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status503ServiceUnavailable, "application/problem+json")]
    [WolverinePost("/api/auth/register"), RateLimit("register")]
    public static async Task<(IResult, OutgoingMessages)> Post(
        Register command, HttpContext http, IDocumentSession documents, PasswordHasher passwords, PresentedTokens presented, DateTimeOffset now)
    {
        var cancellation = http.RequestAborted;
        var email = EmailAddress.Normalize(command.Email)!;
        var guest = await presented.FindGuestAsync(http);
        var hash = await passwords.HashAsync(command.Password, cancellation);

        var known = await FindAloneAsync(documents, email, cancellation);
        if (known is not null) return (Results.Accepted(), [new RegistrationRepeated(known.Id)]);

        var user = new User
        {
            Id = Guid.CreateVersion7(now),
            Email = email,
            Name = command.Name.Trim(),
            PasswordHash = hash,
            RegisteredAt = now,
            GuestToMerge = guest?.UserId,
        };
        documents.Insert(user);
        return (Results.Accepted(), [new UserRegistered(user.Id, user.Email, user.Name, now)]);
    }

    // Two registrations of one address at the same moment: the second waits, and then finds the first.
    private static async Task<User?> FindAloneAsync(IDocumentSession documents, string email, CancellationToken cancellation)
    {
        await documents.BeginTransactionAsync(cancellation);
        await using var alone = documents.Connection!.CreateCommand();
        alone.CommandText = "select pg_advisory_xact_lock(hashtextextended($1, 0))";
        alone.Parameters.Add(new() { Value = email });
        await alone.ExecuteNonQueryAsync(cancellation);
        return await documents.FindByEmailAsync(email, cancellation);
    }
}

public static partial class RegistrationRepeatedHandler
{
    public static void Handle(RegistrationRepeated repeated, ILogger<RegistrationRepeated> log) => LogRepeated(log, repeated.UserId);

    [LoggerMessage(LogLevel.Information, "Somebody asked for an account at the address of user {UserId}.")]
    private static partial void LogRepeated(ILogger log, Guid userId);
}
