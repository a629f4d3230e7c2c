using System.Net;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Edge;

/// <summary>The operator's settings of the edge.</summary>
public sealed record EdgeSettings
{
    internal static readonly NumberSetting MaxConcurrent = new("AARYA_MAX_CONCURRENT", 512, 1, 100_000);
    internal static readonly NumberSetting MaxQueued = new("AARYA_MAX_QUEUED", 1000, 0, 1_000_000);

    /// <summary>
    /// <c>AARYA_TRUSTED_PROXIES</c>: addresses or networks (<c>10.0.0.0/8</c>) whose <c>X-Forwarded-*</c> is trusted; none by default.
    /// </summary>
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    /// <summary>
    /// <c>AARYA_CORS_ORIGINS</c>: the sites whose scripts may call, such as <c>https://aarya.example</c>; <c>*</c> for any, without
    /// credentials.
    /// </summary>
    public required IReadOnlyList<string> Origins { get; init; }

    /// <summary><c>AARYA_MAX_CONCURRENT</c>: how many requests are processed at once.</summary>
    public required int Concurrent { get; init; }

    /// <summary><c>AARYA_MAX_QUEUED</c>: how many more requests wait; the next gets 503.</summary>
    public required int Queued { get; init; }

    /// <summary><c>AARYA_REQUEST_SECONDS</c>: how long a request may take in all, its wait in the queue included.</summary>
    public required TimeSpan RequestTime { get; init; }

    /// <exception cref="StartupException">A setting cannot be understood.</exception>
    public static EdgeSettings From(IConfiguration configuration) => new()
    {
        TrustedProxies = [.. List(configuration, "AARYA_TRUSTED_PROXIES").Select(Network)],
        Origins = [.. List(configuration, "AARYA_CORS_ORIGINS").Select(Origin)],
        Concurrent = MaxConcurrent.Read(configuration),
        Queued = MaxQueued.Read(configuration),
        RequestTime = RequestDeadline.LongestFrom(configuration),
    };

    private static string[] List(IConfiguration configuration, string name) =>
        configuration.Find(name)?.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static IPNetwork Network(string text) =>
        IPAddress.TryParse(text, out var one) ? new(one, one.GetAddressBytes().Length * 8)
        : IPNetwork.TryParse(text, out var network) ? network
        : throw new StartupException($"AARYA_TRUSTED_PROXIES names '{text}': write addresses or networks, such as 10.0.0.7 or 10.0.0.0/8.");

    private static string Origin(string text) =>
        text == "*"
            || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                && uri.GetLeftPart(UriPartial.Authority) == text.TrimEnd('/'))
            ? text.TrimEnd('/')
            : throw new StartupException($"AARYA_CORS_ORIGINS names '{text}': write origins, such as https://aarya.example, or *.");
}
