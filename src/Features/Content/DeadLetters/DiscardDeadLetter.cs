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

/// <param name="Reason">Why the message needs no handling; the audit trail keeps it, so it must not name a person.</param>
public sealed record DiscardDeadLetter(string Reason)
{
    /// <summary>In characters.</summary>
    public const int LongestReason = 300;

    public sealed class Validator : AbstractValidator<DiscardDeadLetter>
    {
        public Validator() => RuleFor(x => x.Reason).NotEmpty().MaximumLength(LongestReason);
    }
}

/// <summary>Deletes one message that a context could not handle, with a reason. It is never handled.</summary>
[Authorize("admin")]
public static class DiscardDeadLetterEndpoint
{
    [Transactional]
    [WolverinePost("/api/admin/dead-letters/{context}/{id}/discard")]
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    public static async Task<(IResult, StaffActedNotice?, SettleLetters?)> Post(
        string context, Guid id, DiscardDeadLetter discard, ContextLetters contexts, Caller caller, DateTimeOffset now,
        CancellationToken cancellation) =>
        await contexts.FindAsync(context, id, cancellation) is { } letter
            ? (Results.Accepted(),
                StaffActedNotice.Of(caller, StaffActions.LetterDiscarded, "dead_letter", letter.MessageId, now,
                    [.. ContextLetters.DetailsOf(context, letter), ("reason", discard.Reason)]),
                SettleLetters.Discard(context, id))
            : (Results.Problem(Problem.NotFound("dead_letter")), null, null);
}
