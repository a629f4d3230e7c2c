using System.Text;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using HealthState = Aarya.Infrastructure.Health.Health;

namespace Aarya.Infrastructure.Hosting;

/// <summary>
/// The page at the program's own address: what runs here, whether all of it answers, and where to go from here. In development also the
/// pages and the accounts of people who develop against the shop. A client that does not ask for HTML gets the 404 of an address without
/// an endpoint.
/// </summary>
internal static class FrontDoor
{
    private const string Path = "/";

    /// <param name="app">The program.</param>
    /// <param name="links">The pages that exist in every environment.</param>
    internal static void MapFrontDoor(this WebApplication app, IReadOnlyList<PageLink> links)
    {
        var roles = app.Services.GetRequiredService<ActiveRoles>();
        if (!roles.HostsGateway) return;
        var contexts = app.Services.GetRequiredService<ActiveModules>();
        var isProduction = app.Environment.IsProduction();
        // What does not change while the process runs.
        var modules = isProduction ? [] : contexts.Active.Concat(contexts.Dormant).ToList();
        var rest = Links([.. links, .. modules.SelectMany(x => x.DevelopmentPages)])
            + Accounts([.. modules.SelectMany(x => x.TrialAccounts(app.Configuration))]);
        var what = $"{Sentence(roles, contexts)} It runs in {(isProduction ? "production" : "development")} mode.";

        app.MapGet(Path, async (HttpContext http, HealthReport health) =>
        {
            http.Response.Headers.Vary = "Accept";
            http.Response.Headers.CacheControl = "no-store";
            return HtmlPage.IsAskedFor(http.Request)
                ? HtmlPage.Of(http, "The commerce backend of Aarya Clothing", $"<p>{what}</p>{State(await health.GetAsync())}{rest}")
                : Results.NotFound();
        }).ExcludeFromDescription();
        app.MapFavicon();
    }

    private static string Sentence(ActiveRoles roles, ActiveModules contexts) =>
        contexts.Dormant.Count == 0 ? "One process serves the whole shop."
        : contexts.Active.Count == 0 ? "A gateway serves the shop; each context runs in a process of its own."
        : $"This process serves {string.Join(", ", roles.Hosted)}; "
            + $"other processes serve {string.Join(", ", contexts.Dormant.Select(x => x.Role))}.";

    private static string State(HealthState health) => health.Parts.Where(x => !x.IsUp).Select(x => HtmlPage.Encode(x.Name)).ToList() switch
    {
        [] => """<p class="up">Everything answers.</p>""",
        var down => $"""<p class="down">Not everything answers: {string.Join(", ", down)}.</p>""",
    };

    private static string Links(IReadOnlyList<PageLink> links)
    {
        var items = new StringBuilder();
        foreach (var link in links)
            items.Append($"""<li><a href="{HtmlPage.Encode(link.Path)}">{HtmlPage.Encode(link.Name)}</a>""")
                .Append($"<span>{HtmlPage.Encode(link.Purpose)}</span></li>\n");
        return $"""<h2>Where to go</h2><ul class="links">{items}</ul>""";
    }

    private static string Accounts(IReadOnlyList<TrialAccount> accounts)
    {
        if (accounts.Count == 0) return "";
        var rows = new StringBuilder();
        foreach (var account in accounts)
            rows.Append($"<tr><td><code>{HtmlPage.Encode(account.Email).Replace("@", "@<wbr>", StringComparison.Ordinal)}</code></td>")
                .Append($"<td>{HtmlPage.Encode(account.Role)}</td>")
                .Append($"<td><code>{HtmlPage.Encode(account.Password)}</code></td></tr>\n");
        return $"""
            <h2 id="accounts">Accounts to try</h2>
            <p class="quiet">The demo shop has them, unless you have changed their passwords. Sign in with
            <code>POST /api/auth/login</code>.</p>
            <div class="scroll"><table aria-labelledby="accounts">
            <thead><tr><th scope="col">E-mail</th><th scope="col">Role</th><th scope="col">Password</th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            """;
    }
}
