using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Settings;

/// <summary>The public addresses that links in mails lead to.</summary>
public static class PublicAddress
{
    private const string Name = "AARYA_PUBLIC_URL";
    private const string Development = "http://127.0.0.1:8080";

    /// <summary>
    /// The storefront's address, from <c>STOREFRONT_URL</c>, without a slash at the end. In development it may be missing: the program's
    /// own pages then do what the links promise.
    /// </summary>
    /// <exception cref="StartupException">It is missing in production, or not a web address.</exception>
    public static string OfStorefront(IConfiguration configuration, IHostEnvironment environment) => Read(
        configuration, environment, "STOREFRONT_URL",
        "give the address of the storefront, such as https://aarya.example: links in mails lead there.",
        () => OfApi(configuration, environment));

    /// <summary>The API's own address, from <c>AARYA_PUBLIC_URL</c>, without a slash at the end.</summary>
    /// <exception cref="StartupException">It is missing in production, or not a web address.</exception>
    public static string OfApi(IConfiguration configuration, IHostEnvironment environment) => Read(
        configuration, environment, Name,
        "give the public address of the API, such as https://backend.aarya.example: links in mails lead there.",
        () => Development);

    /// <summary>
    /// Makes the address on which this process listens the public one, unless one is set. Only for development, where nothing is in front
    /// of the process.
    /// </summary>
    internal static void FollowListener(IConfiguration configuration, string scheme, string host, int port)
    {
        if (configuration.Find(Name) is not null || port == 0) return;
        var reachable = host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && !IsAny(ip)) ? host : "127.0.0.1";
        configuration[Name] = string.Create(CultureInfo.InvariantCulture, $"{scheme}://{reachable}:{port}");
    }

    private static bool IsAny(IPAddress ip) => ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);

    private static string Read(
        IConfiguration configuration, IHostEnvironment environment, string name, string whatToDo, Func<string> inDevelopment)
    {
        var url = environment.IsProduction() ? configuration.Require(name, whatToDo) : configuration.Find(name) ?? inDevelopment();
        return Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            && parsed is { Scheme: "https" or "http", Query.Length: 0, Fragment.Length: 0 }
            ? url.TrimEnd('/')
            : throw new StartupException($"{name} is '{url}': it must be a web address such as https://aarya.example.");
    }
}
