using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Aarya.Infrastructure.Pages;

/// <summary>
/// The program's own pages for people: one look, light or dark as the reader's system is, and nothing from another server. Their policy
/// lets a browser run only the page's own style and script.
/// </summary>
public static class HtmlPage
{
    private const string Style = """
        :root{color-scheme:light dark;--ground:#f6f3ee;--card:#fff;--ink:#2b2622;--quiet:#6b6259;--line:#e2dbd0;--accent:#8f4423;
        --good:#2f6b3c;--bad:#a3271c}
        @media(prefers-color-scheme:dark){:root{--ground:#191614;--card:#221e1b;--ink:#ece5dc;--quiet:#aaa096;--line:#3a342f;
        --accent:#e59a72;--good:#84c492;--bad:#f08a7e}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
        main{max-width:47rem;margin:0 auto;padding:3rem 1.25rem 4rem}
        .brand{margin:0;font:600 .8rem/1 Georgia,serif;letter-spacing:.22em;text-transform:uppercase}
        h1{margin:.5rem 0 1rem;font:400 1.9rem/1.25 Georgia,serif}
        h2{margin:2.5rem 0 .75rem;font:400 1.25rem/1.3 Georgia,serif}
        p{margin:.5rem 0}
        a{color:var(--accent);text-underline-offset:.15em}
        :focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
        .brand a{text-decoration:none}
        .quiet{color:var(--quiet)}
        .note{margin-top:2.5rem;font-size:.9rem}
        .up::before,.down::before{content:"";display:inline-block;width:.6em;height:.6em;margin-right:.5em;border-radius:50%;
        background:var(--good)}
        .down::before{background:var(--bad);border-radius:2px}
        .bad{color:var(--bad)}
        .links{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.75rem;margin:0;padding:0;list-style:none}
        .links li,.card{padding:1rem 1.1rem;border:1px solid var(--line);border-radius:8px;background:var(--card)}
        .links a{font-weight:600}
        .links span{display:block;color:var(--quiet);font-size:.9rem}
        .scroll{overflow-x:auto}
        table{width:100%;border-collapse:collapse;font-size:.95rem}
        th,td{padding:.5rem 1rem .5rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
        th{color:var(--quiet);font-weight:600}
        td.sum,th.sum{padding-right:0;text-align:right;white-space:nowrap}
        code{font:.9em/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
        td code{overflow-wrap:normal}
        label{display:block;margin-bottom:.35rem;font-weight:600}
        input{width:100%;max-width:24rem;padding:.6rem .7rem;border:1px solid var(--quiet);border-radius:6px;background:var(--card);
        color:var(--ink);font:inherit}
        button{display:block;margin-top:1rem;padding:.6rem 1.2rem;border:0;border-radius:6px;background:var(--accent);
        color:var(--ground);font:inherit;font-weight:600;cursor:pointer}
        button:disabled{opacity:.6;cursor:default}
        [hidden]{display:none}
        """;

    private static readonly string StyleHash = HashOf(Style);

    /// <summary>A page with this content.</summary>
    /// <param name="http">The request; its answer gets the page's policy.</param>
    /// <param name="title">Text: the heading, and the name of the browser's tab.</param>
    /// <param name="body">HTML below the heading.</param>
    /// <param name="script">JavaScript that may call this server, if the page needs any.</param>
    public static IResult Of(HttpContext http, string title, string body, string? script = null) => script is null
        ? Render(http, title, body, $"style-src '{StyleHash}'; ", styles: "", scripts: "")
        : Render(http, title, body, $"style-src '{StyleHash}'; script-src '{HashOf(script)}'; connect-src 'self'; ", styles: "",
            scripts: $"<script>{script}</script>");

    /// <summary>
    /// A page that also loads these stylesheets and scripts of this server, by their paths; its scripts may call the server.
    /// </summary>
    public static IResult Of(HttpContext http, string title, string body, IEnumerable<string> styles, IEnumerable<string> scripts) =>
        Render(http, title, body, $"style-src '{StyleHash}' 'self'; script-src 'self'; connect-src 'self'; ",
        string.Concat(styles.Select(x => $"""<link rel="stylesheet" href="{x}">""")),
        string.Concat(scripts.Select(x => $"""<script src="{x}"></script>""")));

    private static IResult Render(HttpContext http, string title, string body, string allowed, string styles, string scripts)
    {
        http.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; {allowed}img-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return Results.Content($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <title>{Encode(title)} · Aarya</title><link rel="icon" href="{Favicon.Path}" type="image/svg+xml"><style>{Style}</style>{styles}
            </head><body><main><p class="brand"><a href="/">Aarya</a></p><h1>{Encode(title)}</h1>
            {body}</main>{scripts}</body></html>
            """, "text/html; charset=utf-8");
    }

    /// <summary>The text as HTML.</summary>
    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>True for a browser, which names HTML in its <c>Accept</c>; a client that accepts anything gets JSON.</summary>
    public static bool IsAskedFor(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList([.. request.Headers.Accept.OfType<string>()], out var accepted)) return false;
        return QualityOf("text/html") is > 0 and var html && html >= QualityOf("application/json");

        double QualityOf(string type) => accepted.Where(x => x.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
            .Select(x => x.Quality ?? 1).DefaultIfEmpty(0).Max();
    }

    private static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
