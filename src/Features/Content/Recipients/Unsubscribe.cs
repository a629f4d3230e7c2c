using Aarya.Features.Content.Mails;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Content.Recipients;

/// <summary>
/// Stops mails of one kind to one address, at one request without a token of access: what a mail program sends when its reader clicks
/// "unsubscribe" (RFC 8058). Doing it again changes nothing. The account that got the mail can turn the mails on again.
/// </summary>
public static class UnsubscribeEndpoint
{
    [Transactional, AnswerIsNeverStored]
    [WolverinePost($"{UnsubscribeLinks.Path}/{{token}}")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static async Task<IResult> Post(
        string token, UnsubscribeLinks links, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        if (links.Read(token) is not { } link) return Results.Problem(Problem.NotFound("unsubscribe_link"));
        var recipient = await Recipient.OfAsync(session, link.Subject, cancellation);
        recipient.Mail(link.Kind, wanted: false, now);
        session.Store(recipient);

        // The address may be known under other guests and accounts, too.
        var suppression = await Suppression.OfAsync(session, link.Email, now, cancellation);
        var optOut = new OptOut(link.Kind, link.Subject);
        if (suppression.OptOuts.Contains(optOut)) return Results.NoContent();
        suppression.OptOuts = [.. suppression.OptOuts, optOut];
        session.Store(suppression);
        return Results.NoContent();
    }
}
