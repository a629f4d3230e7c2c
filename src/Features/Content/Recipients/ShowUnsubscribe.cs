using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.Recipients;

/// <summary>
/// The page of the link in a mail. Opening it stops nothing, because programs that check mails open their links; its button does.
/// </summary>
[AnswerIsNeverStored]
public static class ShowUnsubscribeEndpoint
{
    private const string Script = """
        const at = id => document.getElementById(id);
        const stop = at('stop');
        stop.hidden = false;
        stop.onclick = async () => {
          stop.disabled = true;
          const answer = await fetch(location.pathname, { method: 'POST' }).catch(() => ({}));
          at(answer.ok ? 'done' : 'failed').hidden = false;
          stop.hidden = answer.ok === true;
          stop.disabled = false;
        };
        """;

    [WolverineGet($"{UnsubscribeLinks.Path}/{{token}}")]
    [ProducesResponseType<string>(StatusCodes.Status200OK, "text/html")]
    public static IResult Get(string token, HttpContext http, UnsubscribeLinks links)
    {
        var words = Languages.Preferred(http.Request) == Languages.Hindi ? Hindi : English;
        return links.Read(token) is null
            ? HtmlPage.Of(http, words.Title, $"<p>{words.Unknown}</p>")
            : HtmlPage.Of(http, words.Title, $"""
                <p>{words.Question}</p>
                <p><button id="stop" type="button" hidden>{words.Button}</button></p>
                <p id="done" role="status" hidden>{words.Done}</p>
                <p id="failed" role="status" class="bad" hidden>{words.Failed}</p>
                """, Script);
    }

    private sealed record Words(string Title, string Question, string Button, string Done, string Failed, string Unknown);

    private static readonly Words English = new(
        "Stop e-mails", "Do you want to stop e-mails of this kind?", "Stop them", "E-mails of this kind are stopped.",
        "That did not work. Please try again in a minute.",
        "This link is not complete or no longer valid. You can also stop e-mails in your account.");

    private static readonly Words Hindi = new(
        "ईमेल बंद करें", "क्या आप इस तरह के ईमेल बंद करना चाहते हैं?", "बंद करें", "अब आपको इस तरह के ईमेल नहीं मिलेंगे।",
        "यह नहीं हो सका। कृपया एक मिनट बाद फिर कोशिश करें।",
        "यह लिंक अधूरा है या अब मान्य नहीं है। आप अपने खाते में भी ईमेल बंद कर सकते हैं।");
}
