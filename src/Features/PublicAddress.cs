using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features;

/// <summary>The public addresses that links in mails lead to.</summary>
public static class PublicAddress
{
    private const string StorefrontName = "STOREFRONT_URL";
    private const string Development = "http://127.0.0.1:8080";

    /// <summary>
    /// The storefront's address, from <c>STOREFRONT_URL</c>, without a slash at the end. In development it may be missing: the program's
    /// own pages then do what the links promise.
    /// </summary>
    /// <exception cref="StartupException">It is missing in production, or not a web address.</exception>
    public static string OfStorefront(IConfiguration configuration, IHostEnvironment environment) => Read(
        configuration, environment, StorefrontName,
        "give the address of the storefront, such as https://aarya.example: links in mails lead there.",
        () => OfApi(configuration, environment));

    /// <summary>The same where the storefront is not needed: null when <c>STOREFRONT_URL</c> is not set.</summary>
    /// <exception cref="StartupException">It is not a web address.</exception>
    public static string? FindStorefront(IConfiguration configuration) =>
        configuration.Find(StorefrontName) is { } url ? Checked(StorefrontName, url) : null;

    /// <summary>The API's own address, from <c>AARYA_PUBLIC_URL</c>, without a slash at the end.</summary>
    /// <exception cref="StartupException">It is missing in production, or not a web address.</exception>
    public static string OfApi(IConfiguration configuration, IHostEnvironment environment) => Read(
        configuration, environment, OwnAddress.Name,
        "give the public address of the API, such as https://backend.aarya.example: links in mails lead there.",
        () => Development);

    private static string Read(
        IConfiguration configuration, IHostEnvironment environment, string name, string whatToDo, Func<string> inDevelopment)
    {
        var url = environment.IsProduction() ? configuration.Require(name, whatToDo) : configuration.Find(name) ?? inDevelopment();
        return Checked(name, url);
    }

    private static string Checked(string name, string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed)
        && parsed is { Scheme: "https" or "http", Query.Length: 0, Fragment.Length: 0 }
        ? url.TrimEnd('/')
        : throw new StartupException($"{name} is '{url}': it must be a web address such as https://aarya.example.");
}
