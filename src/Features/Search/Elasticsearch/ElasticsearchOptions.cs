using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Settings;
using Elastic.Clients.Elasticsearch;
using Elastic.Transport;
using Microsoft.Extensions.Configuration;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>How to reach Elasticsearch. It is deployed when <c>ELASTICSEARCH_URL</c> is set.</summary>
/// <param name="Nodes">The addresses of one cluster's nodes: <c>ELASTICSEARCH_URL</c>.</param>
/// <param name="Login">
/// <c>ELASTICSEARCH_API_KEY</c>, or <c>ELASTICSEARCH_USER</c> and <c>ELASTICSEARCH_PASSWORD</c>; null for a cluster without security.
/// </param>
/// <param name="Authorities">
/// <c>ELASTICSEARCH_CA_FILE</c>: the certificate authorities to trust instead of the system's; null for the system's.
/// </param>
/// <param name="Fingerprint"><c>ELASTICSEARCH_FINGERPRINT</c>: the SHA-256 of a certificate to trust, in hexadecimal digits.</param>
/// <param name="Index">
/// <c>ELASTICSEARCH_INDEX</c>: the alias that searches use; the indices have names that begin like it.
/// </param>
/// <param name="MaxSearches">
/// <c>ELASTICSEARCH_MAX_SEARCHES</c>: how many searches Elasticsearch gets at once from this process.
/// </param>
public sealed partial record ElasticsearchOptions(
    IReadOnlyList<Uri> Nodes, AuthorizationHeader? Login, X509Certificate2Collection? Authorities, string? Fingerprint, string Index,
    int MaxSearches)
{
    internal static readonly NumberSetting MostSearches = new("ELASTICSEARCH_MAX_SEARCHES", 32, 1, 1_000);

    private const string Url = "ELASTICSEARCH_URL";
    private const string Key = "ELASTICSEARCH_API_KEY";
    private const string User = "ELASTICSEARCH_USER";
    private const string Password = "ELASTICSEARCH_PASSWORD";
    private const string Authority = "ELASTICSEARCH_CA";
    private const string Print = "ELASTICSEARCH_FINGERPRINT";
    private const string Alias = "ELASTICSEARCH_INDEX";

    // A request of the feed may carry some megabytes; a search has a shorter limit of its own.
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(10);

    /// <summary>The setting that the cluster's refusal of the login is about; null when there is no login.</summary>
    internal string? LoginSetting => Login switch { null => null, ApiKey => Key, _ => $"{User} and {Password}" };

    /// <summary>The setting that decides which certificate is trusted.</summary>
    internal string TrustSetting => Fingerprint is null ? $"{Authority}_FILE" : Print;

    /// <summary>Null when Elasticsearch is not deployed.</summary>
    /// <exception cref="StartupException">A setting is wrong.</exception>
    internal static ElasticsearchOptions? Read(IConfiguration configuration)
    {
        string[] others = [Key, User, Password, Authority, Print, Alias];
        if (configuration.Find(Url) is not { } urls)
        {
            return others.FirstOrDefault(x => configuration.Find(x) is not null) is { } stray
                ? throw new StartupException($"{stray} is set, but {Url} is not: set the address of Elasticsearch, or remove {stray}.")
                : null;
        }

        var nodes = urls.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(NodeOf).ToList();
        if (nodes.Count == 0) throw new StartupException($"{Url} is '{urls}': it must have the address of a node.");
        if (nodes.Select(x => x.Scheme).Distinct(StringComparer.Ordinal).Count() > 1)
            throw new StartupException($"{Url} has http and https addresses: all nodes must have the same scheme.");
        var authorities = AuthoritiesOf(configuration.Find(Authority));
        var print = configuration.Find(Print)?.Replace(":", "", StringComparison.Ordinal);
        if (print is not null && !Hexadecimal().IsMatch(print))
            throw new StartupException($"{Print} must be the SHA-256 of a certificate: 64 hexadecimal digits, with or without colons.");
        if (authorities is not null && print is not null)
            throw new StartupException($"{Authority}_FILE and {Print} are both set: set one of them.");
        if ((authorities is not null || print is not null) && nodes[0].Scheme == Uri.UriSchemeHttp)
            throw new StartupException($"{(print is null ? $"{Authority}_FILE" : Print)} is set, but {Url} is not an https address.");
        var alias = configuration.Find(Alias) ?? "aarya-products";
        return IndexName().IsMatch(alias)
            ? new(nodes, LoginOf(configuration), authorities, print, alias, MostSearches.Read(configuration))
            : throw new StartupException(
                $"{Alias} is '{alias}': it must be a small letter and then up to 99 small letters, digits and hyphens.");
    }

    /// <summary>The client; each of its failures is an exception.</summary>
    internal ElasticsearchClient Connect()
    {
#pragma warning disable CA2000 // The client owns them, and lives as long as the process.
        var settings = new ElasticsearchClientSettings(Nodes.Count == 1 ? new SingleNodePool(Nodes[0]) : new StaticNodePool(Nodes))
#pragma warning restore CA2000
            .ThrowExceptions()
            .RequestTimeout(LongestRequest)
            // A node that does not answer is used again after this time, at most.
            .DeadTimeout(TimeSpan.FromSeconds(1)).MaxDeadTimeout(TimeSpan.FromSeconds(5))
            // Another node gets the request instead; a single node does not get it twice.
            .MaximumRetries(Nodes.Count - 1)
            .DisablePing()
            .EnableHttpCompression();
        if (Login is not null) settings = settings.Authentication(Login);
        // The client's own check of a fingerprint takes any certificate that comes with the right one.
        if (Fingerprint is not null || Authorities is not null)
            settings = settings.ServerCertificateValidationCallback((_, x, chain, errors) => IsTrusted(x, chain, errors));
        return new(settings);
    }

    /// <summary>
    /// True for a certificate of this host that is valid now, and has the fingerprint itself or was issued by an authority that is set or
    /// has the fingerprint.
    /// </summary>
    /// <param name="sent">With the other certificates that the server has sent.</param>
    public bool IsTrusted(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using var presented = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        var others = sent is null ? [] : sent.ChainElements.Select(x => x.Certificate).Concat(sent.ChainPolicy.ExtraStore).ToArray();
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authorities ?? [.. others.Where(HasFingerprint)]);
        chain.ChainPolicy.ExtraStore.AddRange(others);
        // With the fingerprint itself, its authority need not be known.
        return chain.Build(presented) || (HasFingerprint(presented)
            && chain.ChainElements[0].ChainElementStatus.All(x => x.Status != X509ChainStatusFlags.NotTimeValid));
    }

    private bool HasFingerprint(X509Certificate2 certificate) =>
        string.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), Fingerprint, StringComparison.OrdinalIgnoreCase);

    private static Uri NodeOf(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.UserInfo.Length == 0 && uri.Query.Length == 0
        && uri.Fragment.Length == 0
        ? uri
        : throw new StartupException(
            $"{Url} must be the addresses of a cluster's nodes, separated by commas, such as https://search.aarya.example:9200; a login "
            + $"belongs into {Key}, or into {User} and {Password}.");

    private static AuthorizationHeader? LoginOf(IConfiguration configuration)
    {
        var key = configuration.FindForHeader(Key, "it is the value `encoded` of the created key");
        var (user, password) = (configuration.Find(User), configuration.Find(Password));
        if (key is not null && (user ?? password) is not null)
            throw new StartupException($"{Key} is set, and {User} or {Password}, too: set the key, or the user and the password.");
        if (key is not null)
        {
            return !key.Contains(' ', StringComparison.Ordinal)
                ? new ApiKey(key)
                : throw new StartupException($"{Key} must not contain spaces: it is the value `encoded` of the created key.");
        }

        if (user is null && password is null) return null;
        if (user is null || password is null)
        {
            var (set, missing) = user is null ? (Password, User) : (User, Password);
            throw new StartupException($"{set} is set, but {missing} is not: set both.");
        }

        return !user.Contains(':', StringComparison.Ordinal)
            ? new BasicAuthentication(user, password)
            : throw new StartupException($"{User} must not contain a colon.");
    }

    private static X509Certificate2Collection? AuthoritiesOf(string? pem)
    {
        if (pem is null) return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new StartupException($"{Authority}_FILE must name a file with certificates in PEM form: {e.Message}");
        }

        return authorities.Count > 0
            ? authorities
            : throw new StartupException($"{Authority}_FILE must name a file with certificates in PEM form: it contains none.");
    }

    [GeneratedRegex("^[0-9A-Fa-f]{64}$", RegexOptions.ExplicitCapture)]
    private static partial Regex Hexadecimal();

    [GeneratedRegex("^[a-z][a-z0-9-]{0,99}$", RegexOptions.ExplicitCapture)]
    private static partial Regex IndexName();
}
