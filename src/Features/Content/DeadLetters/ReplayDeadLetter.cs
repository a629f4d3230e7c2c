using Aarya.Features.Content.Contracts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Content.DeadLetters;

/// <summary>Replays one dead letter. A handler that has already handled the message does nothing.</summary>
[Authorize("admin")]
public static class ReplayDeadLetterEndpoint
{
    [Transactional]
    [WolverinePost("/api/admin/dead-letters/{context}/{id}/replay")]
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    public static async Task<(IResult, StaffActedNotice?, SettleLetters?)> Post(
        string context, Guid id, ContextLetters contexts, Caller caller, DateTimeOffset now, CancellationToken cancellation) =>
        await contexts.FindAsync(context, id, cancellation) is { } letter
            ? (Results.Accepted(),
                StaffActedNotice.Of(caller, StaffActions.LetterReplayed, "dead_letter", letter.MessageId, now,
                    ContextLetters.DetailsOf(context, letter)),
                SettleLetters.Replay(context, id))
            : (Results.Problem(Problem.NotFound("dead_letter")), null, null);
}
