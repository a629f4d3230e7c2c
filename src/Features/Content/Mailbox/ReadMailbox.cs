using System.Net;
using System.Text;
using Aarya.Features.Content.Notifications;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Postgres;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Wolverine.Http;

namespace Aarya.Features.Content.Mailbox;

public sealed record MailView(Guid Id, string To, string Subject, string Text, DateTimeOffset CreatedAt, DateTimeOffset? SentAt);

public sealed record MailboxView(IReadOnlyList<MailView> Items);

/// <summary>
/// The last hundred mails, for people who develop against the shop; not available in production. HTML for a browser, else JSON.
/// </summary>
[AnswerIsNeverStored]
public static class ReadMailboxEndpoint
{
    private const int Shown = 100;

    [WolverineGet("/dev/mailbox")]
    public static async Task<IResult> Get(HttpContext http, IQuerySession session, IHostEnvironment environment,
        CancellationToken cancellation, string? to = null)
    {
        if (environment.IsProduction()) return Results.NotFound();
        var all = session.Query<EmailMessage>().Where(x => x.SentAt != null);
        if (to is not null) all = all.Where(x => x.ToIndex.IsOneOf(session.BlindIndexesOf(EmailAddress.Normalize(to) ?? to)));
        var mails = await all.OrderByDescending(x => x.CreatedAt).Take(Shown).ToListAsync(cancellation);
        if (!http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            return Results.Json(
                new MailboxView([.. mails.Select(x => new MailView(x.Id, x.To, x.Subject, x.Text, x.CreatedAt, x.SentAt))]));
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        return Results.Content(Page(mails), "text/html; charset=utf-8");
    }

    [WolverineGet("/dev/mailbox/{id:guid}")]
    public static async Task<IResult> GetOne(Guid id, HttpContext http, IQuerySession session, IHostEnvironment environment,
        CancellationToken cancellation)
    {
        var mail = environment.IsProduction() ? null : await session.LoadAsync<EmailMessage>(id, cancellation);
        if (mail is null) return Results.NotFound();
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        return Results.Content(mail.Html, "text/html; charset=utf-8");
    }

    private static string Page(IReadOnlyList<EmailMessage> mails)
    {
        var rows = new StringBuilder();
        foreach (var mail in mails)
        {
            rows.Append($"<tr><td>{mail.CreatedAt:yyyy-MM-dd HH:mm:ss}</td><td>{WebUtility.HtmlEncode(mail.To)}</td>")
                .Append($"<td><a href=\"/dev/mailbox/{mail.Id}\">{WebUtility.HtmlEncode(mail.Subject)}</a></td></tr>");
        }

        if (mails.Count == 0) rows.Append("<tr><td colspan=\"3\">No mail yet. Register or place an order.</td></tr>");
        return $$"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mailbox · Aarya</title><style>
            body{font:15px/1.5 system-ui,sans-serif;margin:40px auto;max-width:960px;padding:0 24px;color:#2b2622}
            h1{font-weight:500}table{border-collapse:collapse;width:100%}
            td,th{padding:8px 12px 8px 0;border-bottom:1px solid #e5e0d8;text-align:left}
            th{font-weight:600;color:#7a7168}a{color:#9a4f2b}</style></head><body><h1>Mailbox</h1>
            <table><tr><th>UTC</th><th>To</th><th>Subject</th></tr>{{rows}}</table></body></html>
            """;
    }
}
