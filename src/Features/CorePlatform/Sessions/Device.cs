using Microsoft.AspNetCore.Http;

namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>The device that opened a session, in words that its owner recognises.</summary>
/// <param name="Name">The browser and what it runs on: "Chrome on Android".</param>
/// <param name="Address">The network address of the client; empty when it is not known.</param>
public sealed record Device(string Name, string Address)
{
    private const int LongestName = 40;

    // The order matters: most browsers also claim to be Chrome or Safari, and Chrome claims to be Safari.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
        ("Mac OS X", "Mac"), ("Linux", "Linux"),
    ];

    public static Device Unknown { get; } = new("Unknown device", "");

    public static Device Of(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress;
        return new(NameOf(http.Request.Headers.UserAgent.ToString()),
            (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "");
    }

    /// <summary>The name for a User-Agent header, which may contain anything.</summary>
    public static string NameOf(string userAgent)
    {
        var browser = Find(Browsers, userAgent) ?? ProgramOf(userAgent);
        return (browser, Find(Systems, userAgent)) switch
        {
            (null, null) => Unknown.Name,
            (null, { } system) => system,
            ({ } program, null) => program,
            var (program, system) => $"{program} on {system}",
        };
    }

    private static string? Find((string Mark, string Name)[] known, string userAgent) =>
        known.FirstOrDefault(x => userAgent.Contains(x.Mark, StringComparison.Ordinal)).Name;

    // RFC 9110 section 10.1.5: the most important product first. Almost every browser sends "Mozilla", so it identifies nothing.
    private static string? ProgramOf(string userAgent)
    {
        var product = new string([.. userAgent.TakeWhile(x => char.IsAsciiLetterOrDigit(x) || x is '-' or '_' or '.').Take(LongestName)]);
        return product is "" or "Mozilla" ? null : product;
    }
}
