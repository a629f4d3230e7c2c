using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Content.Recipients;

/// <summary>
/// Stops mails of one kind to one person, at one request without a token of access: what a mail program sends when its reader clicks
/// "unsubscribe" (RFC 8058). Doing it again changes nothing; the shopper's preferences turn the mails on again.
/// </summary>
public static class UnsubscribeEndpoint
{
    [Transactional, AnswerIsNeverStored]
    [WolverinePost($"{UnsubscribeLinks.Path}/{{token}}")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static async Task<IResult> Post(
        string token, UnsubscribeLinks links, IDocumentSession session, CancellationToken cancellation)
    {
        if (links.Read(token) is not { Subject: var subject, Kind: var kind })
            return Results.Problem(Problem.NotFound("unsubscribe_link"));
        var recipient = await session.LoadAsync<Recipient>(subject, cancellation) ?? new Recipient { Id = subject };
        if (recipient.NotMailed.Contains(kind)) return Results.NoContent();
        recipient.NotMailed = [.. recipient.NotMailed, kind];
        session.Store(recipient);
        return Results.NoContent();
    }
}
