using System.Globalization;
using System.Text;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Pages;
using Aarya.Infrastructure.Postgres;
using Marten;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Features.Content.Mailbox;

public sealed record MailView(Guid Id, string To, string Subject, string Text, DateTimeOffset CreatedAt, DateTimeOffset? SentAt);

public sealed record MailboxView(IReadOnlyList<MailView> Items);

/// <summary>The last hundred mails, for people who develop against the shop. HTML for a browser, else JSON.</summary>
[AnswerIsNeverStored, DevelopmentOnly]
public static class ReadMailboxEndpoint
{
    public const string Path = "/dev/mailbox";

    /// <summary>A mail is shown as a mailbox shows it: without scripts, and with the styles that it contains.</summary>
    public const string PolicyOfMails = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

    private const int Shown = 100;

    [WolverineGet(Path)]
    public static async Task<IResult> Get(HttpContext http, IQuerySession session, CancellationToken cancellation, string? to = null)
    {
        var all = session.Query<EmailMessage>().Where(x => x.SentAt != null);
        if (to is not null) all = all.Where(x => x.ToIndex.IsOneOf(session.BlindIndexesOf(EmailAddress.Normalize(to) ?? to)));
        var mails = await all.OrderByDescending(x => x.CreatedAt).Take(Shown).ToListAsync(cancellation);
        http.Response.Headers.Vary = "Accept";
        return HtmlPage.IsAskedFor(http.Request)
            ? HtmlPage.Of(http, "Mailbox", Table(mails))
            : Results.Json(
                new MailboxView([.. mails.Select(x => new MailView(x.Id, x.To, x.Subject, x.Text, x.CreatedAt, x.SentAt))]));
    }

    [WolverineGet($"{Path}/{{id:guid}}")]
    public static async Task<IResult> GetOne(Guid id, HttpContext http, IQuerySession session, CancellationToken cancellation)
    {
        if (await session.LoadAsync<EmailMessage>(id, cancellation) is not { } mail) return Results.Problem(Problem.NotFound("mail"));
        http.Response.Headers.ContentSecurityPolicy = PolicyOfMails;
        return Results.Content(mail.Html, "text/html; charset=utf-8");
    }

    private static string Table(IReadOnlyList<EmailMessage> mails)
    {
        if (mails.Count == 0) return $"""
            <p>No mail yet. Register an account or place an order.</p>
            <p class="note"><a href="{ListLettersEndpoint.Path}">Every letter with sample data</a></p>
            """;
        var rows = new StringBuilder();
        foreach (var mail in mails)
        {
            rows.Append(CultureInfo.InvariantCulture, $"<tr><td>{mail.CreatedAt:yyyy-MM-dd HH:mm:ss}</td>")
                .Append($"<td>{HtmlPage.Encode(mail.To)}</td>")
                .Append($"<td><a href=\"{Path}/{mail.Id}\">{HtmlPage.Encode(mail.Subject)}</a></td></tr>");
        }

        return $"""
            <p class="quiet">The last {Shown} e-mails of the shop, the newest first.</p>
            <div class="scroll"><table>
            <thead><tr><th scope="col">UTC</th><th scope="col">To</th><th scope="col">Subject</th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            <p class="note"><a href="{ListLettersEndpoint.Path}">Every letter with sample data</a></p>
            """;
    }
}
