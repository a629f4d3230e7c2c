using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aarya.Infrastructure.Pages;

/// <summary>The picture in the browser's tab.</summary>
public static class Favicon
{
    public const string Path = "/favicon.svg";

    // Browsers request this path when a page has no icon link.
    private const string OfOldBrowsers = "/favicon.ico";

    private const string Svg = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#8f4423"/>
        <path d="M16 6 7 26h3.6l2.2-5.2h6.4L21.4 26H25L16 6Zm-2 11.8 2-4.9 2 4.9h-4Z" fill="#f6f3ee"/></svg>
        """;

    /// <summary>The picture, which browsers may keep for a day.</summary>
    internal static IResult Answer(HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=86400";
        return Results.Text(Svg, "image/svg+xml");
    }

    internal static void MapFavicon(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Path, Answer).ExcludeFromDescription();
        endpoints.MapGet(OfOldBrowsers, () => Results.Redirect(Path, permanent: true)).ExcludeFromDescription();
    }
}
