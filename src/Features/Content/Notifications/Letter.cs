using System.Net;
using System.Text;

namespace Aarya.Features.Content.Notifications;

/// <summary>The content of a mail, written once and rendered both as plain text and as HTML.</summary>
public sealed class Letter(string title)
{
    private readonly StringBuilder text = new();
    private readonly StringBuilder html = new();
    private bool holdsLink;

    public Letter Paragraph(string words)
    {
        text.Append(words).Append("\n\n");
        html.Append("<p>").Append(WebUtility.HtmlEncode(words)).Append("</p>");
        return this;
    }

    /// <summary>A link on its own line, which only the reader of the mail may use.</summary>
    public Letter Link(string url)
    {
        holdsLink = true;
        text.Append(url).Append("\n\n");
        var encoded = WebUtility.HtmlEncode(url);
        html.Append($"<p><a href=\"{encoded}\" style=\"color:#9a4f2b;word-break:break-all\">{encoded}</a></p>");
        return this;
    }

    /// <summary>Rows of a label and an amount; the last one is the sum.</summary>
    public Letter Table(IReadOnlyList<(string Label, string Amount)> rows)
    {
        var width = rows.Max(x => x.Label.Length);
        html.Append("<table style=\"border-collapse:collapse;width:100%\">");
        for (var i = 0; i < rows.Count; i++)
        {
            var (label, amount) = rows[i];
            var weight = i == rows.Count - 1 ? "font-weight:600;border-top:1px solid #ddd;" : "";
            text.Append(label.PadRight(width + 2)).Append(amount).Append('\n');
            html.Append($"<tr><td style=\"padding:6px 0;{weight}\">{WebUtility.HtmlEncode(label)}</td>")
                .Append(
                    $"<td style=\"padding:6px 0;text-align:right;white-space:nowrap;{weight}\">{WebUtility.HtmlEncode(amount)}</td></tr>");
        }

        text.Append('\n');
        html.Append("</table>");
        return this;
    }

    /// <param name="owner">Whose mail it is, whatever address it goes to.</param>
    /// <param name="id">One per occasion.</param>
    /// <param name="order">The order that it is about.</param>
    public EmailMessage To(string address, Guid owner, Guid id, DateTimeOffset now, Guid? order = null) => new()
    {
        Id = id,
        Owner = owner,
        OrderId = order,
        HoldsLink = holdsLink,
        To = address,
        Subject = title,
        Text = $"{text}Aarya Clothing\n",
        Html = $"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>{WebUtility.HtmlEncode(title)}</title></head>
            <body style="margin:0;background:#f6f3ee;font-family:Georgia,serif;color:#2b2622">
            <div style="max-width:560px;margin:0 auto;padding:32px 24px;background:#fff">
            <div style="letter-spacing:.18em;font-size:13px;color:#9a4f2b">AARYA CLOTHING</div>
            <h1 style="font-size:22px;font-weight:normal">{WebUtility.HtmlEncode(title)}</h1>{html}
            </div></body></html>
            """,
        CreatedAt = now,
    };
}
