using System.Text;
using Aarya.Features.Content.Letters;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Pages;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Features.Content.Mailbox;

/// <summary>Every letter with sample data, in each language, for people who write them.</summary>
[AnswerIsNeverStored, DevelopmentOnly]
public static class ListLettersEndpoint
{
    public const string Path = $"{ReadMailboxEndpoint.Path}/templates";

    [WolverineGet(Path)]
    public static IResult Get(HttpContext http)
    {
        var rows = new StringBuilder();
        foreach (var kind in LetterKinds.All)
        {
            var links = Languages.All.Select(x =>
                $"""<td><a href="{Path}/{x}/{kind.Name}">{x}</a></td><td><a href="{Path}/{x}/{kind.Name}?form=text">{x}, text</a></td>""");
            rows.Append($"<tr><td><code>{kind.Name}</code></td>{string.Concat(links)}</tr>");
        }

        return HtmlPage.Of(http, "Letters", $"""
            <p class="quiet">Every letter of the shop, with sample data.</p>
            <div class="scroll"><table><thead><tr><th scope="col">Kind</th><th scope="col" colspan="4">Language</th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            """);
    }
}
