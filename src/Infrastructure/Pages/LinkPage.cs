using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Pages;

/// <summary>
/// A page that a mailed link leads to in development, where there may be no public site. As that site would, it takes the token from the
/// fragment of its address, which no server sees, and sends it to the API.
/// </summary>
public static class LinkPage
{
    // Its parts for the page's own script: the token, `send` and `say`.
    private const string Common = """
        const token = new URLSearchParams(location.hash.slice(1)).get('token');
        const at = id => document.getElementById(id);
        const say = (text, isBad) => { at('said').textContent = text; at('said').className = isBad ? 'bad' : ''; };
        const names = { token: 'The link', newPassword: 'The password' };
        const send = async (path, body) => {
          const answer = await fetch(path, {
            method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token, ...body })
          });
          const text = await answer.text();
          const json = text ? JSON.parse(text) : null;
          if (answer.ok) return json;
          const field = Object.keys(json.errors ?? {}).find(x => names[x]);
          throw new Error(field ? `${names[field]} ${json.errors[field][0]}` : json.detail);
        };
        addEventListener('hashchange', () => location.reload());
        const run = async work => {
          try { await work(); } catch (error) { say(error.message, true); }
        };

        """;

    /// <param name="http">The request.</param>
    /// <param name="title">The heading.</param>
    /// <param name="body">HTML below the message to the reader.</param>
    /// <param name="script">The body of an asynchronous function that runs when the address has a token.</param>
    public static IResult Of(HttpContext http, string title, string body, string script) => HtmlPage.Of(http, title,
        $"""
        <p id="said" role="status">This page needs a script, which your browser does not run.</p>
        {body}
        <p class="quiet note">This page exists only in development. In production the links in e-mails lead to the public site.</p>
        """,
        $$"""
        {{Common}}if (token) run(async () => {
        {{script}}
        });
        else say('This address has no token: open the link in the e-mail.', true);
        """);
}
