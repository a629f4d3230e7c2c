using System.Net;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Pages;
using Aarya.Infrastructure.Redis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Aarya.Infrastructure.Operators;

/// <summary>
/// The operators' page, at the address of the metrics: the key figures of the shop, and the last hour as charts. It needs no other
/// server than Redis, and without Redis it shows its own process.
/// </summary>
internal static class OperatorsPage
{
    public const string Path = "/ops";

    private const string DataPath = $"{Path}/data";

    private const string Body =
        """
        <p id="state" class="quiet" role="status">This page needs a script, which your browser does not run.</p>
        <p id="at" class="quiet"></p>
        <h2>Health</h2>
        <ul id="services" class="services"></ul>
        <h2>Key figures</h2>
        <dl id="figures" class="figures"></dl>
        <div id="charts"></div>
        <p class="quiet note">A gap in a line means that no process took a sample, or that a sample was lost before Redis had it. A red
        number has reached the limit of an alert: docs/runbook.md has a section about it. The
        charts are drawn by uPlot (<a href="/ops/uplot-license.txt">its licence</a>).</p>
        """;

    private static readonly string[] Styles = ["uplot.css", "page.css"];

    private static readonly string[] Scripts = ["uplot.js", "page.js"];

    private static readonly Dictionary<string, (byte[] Content, string Type, EntityTagHeaderValue Tag)> Files =
        Styles.Select(x => Embedded(x, "text/css")).Concat(Scripts.Select(x => Embedded(x, MediaTypeNames.Text.JavaScript)))
            .Append(Embedded("uplot-license.txt", MediaTypeNames.Text.Plain)).ToDictionary(x => x.Path, x => x.File);

    /// <param name="views">What the contexts add to it.</param>
    public static void AddOperatorsPage(this WebApplicationBuilder builder, IEnumerable<OperatorsView> views)
    {
        if (OperatorsListener.From(builder.Configuration) is null) return;
        builder.Services.AddSingleton(new KnownMeasures(views));
        builder.Services.AddSingleton<SampleStore>();
        builder.Services.AddSingleton<CachedHour>();
        builder.Services.AddHostedService<Sampler>();
    }

    /// <summary>Answers requests for the page and its parts.</summary>
    public static void UseOperatorsPage(this IApplicationBuilder operators) => operators.Use(async (http, next) =>
    {
        if (HttpMethods.IsGet(http.Request.Method) && await AnswerAsync(http) is { } answer) await answer.ExecuteAsync(http);
        else await next(http);
    });

    private static async Task<IResult?> AnswerAsync(HttpContext http)
    {
        if (IsOfPage(http.Request.Path) && !IsOwnName(http))
        {
            return Results.Problem(Problem.Of(StatusCodes.Status421MisdirectedRequest, "operators.host_unknown", "This is another host",
                $"Open the page by an IP address, by localhost, or by the name in {OperatorsListener.Name}."));
        }

        http.Response.Headers.XContentTypeOptions = "nosniff";
        switch (http.Request.Path.Value)
        {
            case "/":
                return Results.Redirect(Path);
            case Path:
                http.Response.Headers.CacheControl = "no-cache";
                return HtmlPage.Of(http, "Operators' page", Body, Styles.Select(x => $"{Path}/{x}"), Scripts.Select(x => $"{Path}/{x}"));
            case DataPath:
                http.Response.Headers.CacheControl = "no-store";
                return Results.Json(await http.RequestServices.GetRequiredService<CachedHour>().ReadAsync(), AaryaJson.Options);
            case Favicon.Path:
                return Favicon.Answer(http);
            case var path when Files.TryGetValue(path ?? "", out var file):
                http.Response.Headers.CacheControl = "no-cache";
                return Results.Bytes(file.Content, file.Type, entityTag: file.Tag);
            default:
                return null;
        }
    }

    // Another site can give its own name the address of this server, and its scripts would read the page in an operator's browser.
    private static bool IsOwnName(HttpContext http)
    {
        var name = http.Request.Host.Host;
        var own = OperatorsListener.From(http.RequestServices.GetRequiredService<IConfiguration>())?.Host;
        return IPAddress.TryParse(name, out _) || name == "localhost" || string.Equals(name, own, StringComparison.OrdinalIgnoreCase);
    }

    // Prometheus may read the metrics by any name.
    private static bool IsOfPage(PathString path) => path == "/" || path.StartsWithSegments(Path, StringComparison.Ordinal);

    private static (string Path, (byte[], string, EntityTagHeaderValue) File) Embedded(string name, string type)
    {
        var content = Encoding.UTF8.GetBytes(EmbeddedText.Of(name, typeof(OperatorsPage)));
        return ($"{Path}/{name}", (content, $"{type}; charset=utf-8", new($"\"{Convert.ToHexString(SHA256.HashData(content))[..16]}\"")));
    }
}
