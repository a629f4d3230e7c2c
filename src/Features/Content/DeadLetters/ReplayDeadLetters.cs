using System.Globalization;
using Aarya.Features.Content.Contracts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Content.DeadLetters;

/// <param name="Message">The context's name for the message, as the list says it.</param>
/// <param name="ErrorType">Only letters with this error.</param>
public sealed record ReplayDeadLetters(string Context, string Message, string? ErrorType = null)
{
    public sealed class Validator : AbstractValidator<ReplayDeadLetters>
    {
        public Validator()
        {
            RuleFor(x => x.Message).NotEmpty().MaximumLength(300);
            RuleFor(x => x.ErrorType).MaximumLength(300);
        }
    }
}

/// <param name="Letters">How many letters matched at the time of the request.</param>
public sealed record ReplayedLetters(long Letters);

/// <summary>Replays all dead letters of one context that have this message and, if given, this error.</summary>
[Authorize("admin")]
public static class ReplayDeadLettersEndpoint
{
    public static ProblemDetails Validate(ReplayDeadLetters replay, ContextLetters contexts) => contexts.Has(replay.Context)
        ? WolverineContinue.NoProblems
        : Problem.Invalid("context", $"must be one of {string.Join(", ", contexts.Names)}.");

    [Transactional]
    [WolverinePost("/api/admin/dead-letters/replay")]
    [ProducesResponseType<ReplayedLetters>(StatusCodes.Status202Accepted)]
    public static async Task<(IResult, StaffActedNotice?, SettleLetters?)> Post(
        ReplayDeadLetters replay, ContextLetters contexts, Caller caller, DateTimeOffset now, CancellationToken cancellation)
    {
        var errorType = replay.ErrorType ?? "";
        var found = await contexts.Of(replay.Context).ListLettersAsync(
            new() { Context = replay.Context, Message = replay.Message, ErrorType = errorType }, cancellationToken: cancellation);
        if (found.Total == 0) return (Results.Accepted(value: new ReplayedLetters(0)), null, null);
        var act = StaffActedNotice.Of(
            caller, StaffActions.LettersReplayed, "dead_letter", "", now, ("context", replay.Context), ("message", replay.Message),
            ("error_type", errorType), ("letters", found.Total.ToString(CultureInfo.InvariantCulture)));
        return (Results.Accepted(value: new ReplayedLetters(found.Total)), act,
            SettleLetters.ReplayAll(replay.Context, replay.Message, errorType));
    }
}
