using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aarya.Features;
using Aarya.Features.Search.Elasticsearch;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Search.Elasticsearch;

/// <summary>A wrong setting of Elasticsearch ends the start with one line; a cluster that does not answer does not.</summary>
[StoryOf(typeof(ElasticsearchAtStart), typeof(ElasticsearchOptions))]
public sealed class ElasticsearchAtStartSpec
{
    private static readonly string Key = Convert.ToBase64String("id:key"u8);

    [Theory]
    [InlineData("--ELASTICSEARCH_URL=search:9200", "ELASTICSEARCH_URL must be the addresses")]
    [InlineData("--ELASTICSEARCH_URL=ftp://search", "ELASTICSEARCH_URL must be the addresses")]
    [InlineData("--ELASTICSEARCH_URL=http://elastic:secret@search:9200", "a login belongs into ELASTICSEARCH_API_KEY")]
    [InlineData("--ELASTICSEARCH_URL=,", "ELASTICSEARCH_URL is ','")]
    [InlineData("--ELASTICSEARCH_URL=http://a:9200,https://b:9200", "all nodes must have the same scheme")]
    [InlineData("--ELASTICSEARCH_API_KEY=x", "ELASTICSEARCH_API_KEY is set, but ELASTICSEARCH_URL is not")]
    [InlineData("--ELASTICSEARCH_URL=http://a --ELASTICSEARCH_API_KEY=x --ELASTICSEARCH_USER=y", "set the key, or the user")]
    [InlineData("--ELASTICSEARCH_URL=http://a --ELASTICSEARCH_USER=y", "ELASTICSEARCH_PASSWORD is not: set both")]
    [InlineData("--ELASTICSEARCH_URL=http://a --ELASTICSEARCH_PASSWORD=y", "ELASTICSEARCH_USER is not: set both")]
    [InlineData("--ELASTICSEARCH_URL=http://a --ELASTICSEARCH_USER=a:b --ELASTICSEARCH_PASSWORD=y", "must not contain a colon")]
    [InlineData("--ELASTICSEARCH_URL=https://a --ELASTICSEARCH_FINGERPRINT=abc", "64 hexadecimal digits")]
    [InlineData("--ELASTICSEARCH_URL=https://a --ELASTICSEARCH_CA=nonsense", "ELASTICSEARCH_CA_FILE must name a file with certificates")]
    [InlineData("--ELASTICSEARCH_URL=https://a --ELASTICSEARCH_CA_FILE=/does/not/exist", "ELASTICSEARCH_CA_FILE names /does/not/exist")]
    [InlineData("--ELASTICSEARCH_URL=http://a --ELASTICSEARCH_FINGERPRINT={print}", "ELASTICSEARCH_URL is not an https address")]
    [InlineData("--ELASTICSEARCH_URL=http://a --ELASTICSEARCH_INDEX=Products", "ELASTICSEARCH_INDEX is 'Products'")]
    [InlineData("--ELASTICSEARCH_URL=http://a --ELASTICSEARCH_MAX_SEARCHES=0", "ELASTICSEARCH_MAX_SEARCHES is '0'")]
    public void a_wrong_setting_is_one_line(string settings, string line)
    {
        var given = settings.Replace("{print}", new string('a', 64), StringComparison.Ordinal).Split(' ');
        var refused = Assert.Throws<StartupException>(() => AaryaHost.Build(
            [
                "--environment=Development", "--roles=search", "--DATABASE_URL=postgres://a:b@127.0.0.1:1/c",
                "--REDIS_URL=redis://127.0.0.1:1", .. given,
            ], Modules.All));

        Assert.Contains(line, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_absent_cluster_is_no_reason_not_to_start()
    {
        var port = Ports.Free();
        await using var shop = await SearchShop.StartAsync(
            string.Create(CultureInfo.InvariantCulture, $"--ELASTICSEARCH_URL=http://127.0.0.1:{port}"));
        await shop.PublishAsync(Guid.CreateVersion7(), 1);
        var page = await shop.FindAsync();
        Assert.True(page.Degraded);
        Assert.Equal(1, page.Total);

        await using var late = await FakeElasticsearch.StartAsync(port);
        await shop.SearchesElasticsearchAsync();
        Assert.Equal(1, (await shop.FindAsync()).Total);
    }

    [Theory]
    [InlineData(401, "refuses the login (401): ELASTICSEARCH_API_KEY must be right")]
    [InlineData(403, "refuses the login a privilege (403): ELASTICSEARCH_API_KEY needs")]
    [InlineData(400, "does not speak the protocol of Elasticsearch 9")]
    [InlineData(404, "there is no Elasticsearch at this path")]
    public async Task a_refusal_is_one_line(int status, string line)
    {
        await using var fake = await TroubledAsync(status);

        await RefusedAsync(fake, line, $"--ELASTICSEARCH_API_KEY={Key}");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task a_cluster_that_is_starting_is_waited_for(int status)
    {
        await using var fake = await TroubledAsync(status);
        await using var shop = await SearchShop.StartAsync(fake.Argument);
        Assert.True((await shop.FindAsync()).Degraded);

        fake.Trouble = null;
        await shop.SearchesElasticsearchAsync();
    }

    [Fact]
    public async Task opensearch_is_refused_in_one_line()
    {
        await using var fake = await FakeElasticsearch.StartAsync();
        fake.Product = null;

        await RefusedAsync(fake, "is not Elasticsearch: its answer has no X-Elastic-Product header. OpenSearch is not supported");
    }

    [Fact]
    public async Task a_certificate_is_trusted_by_its_authority_or_its_fingerprint()
    {
        using var certificate = FakeElasticsearch.Certificate(DateTimeOffset.UtcNow.AddDays(1));
        await using (var fake = await FakeElasticsearch.StartAsync(certificate))
            await RefusedAsync(fake, "has expired, or is of another host: ELASTICSEARCH_CA_FILE must belong");
        await using (var fake = await FakeElasticsearch.StartAsync(certificate))
            await RefusedAsync(fake, "ELASTICSEARCH_FINGERPRINT must belong", $"--ELASTICSEARCH_FINGERPRINT={new string('a', 64)}");

        await TrustedAsync($"--ELASTICSEARCH_CA={certificate.ExportCertificatePem()}");
        await TrustedAsync($"--ELASTICSEARCH_FINGERPRINT={certificate.GetCertHashString(HashAlgorithmName.SHA256)}");

        async Task TrustedAsync(string setting)
        {
            await using var fake = await FakeElasticsearch.StartAsync(certificate);
            await using var shop = await SearchShop.StartAsync(fake.Argument, setting);
            await shop.SearchesElasticsearchAsync();
        }
    }

    [Fact]
    public async Task an_expired_certificate_is_refused()
    {
        using var certificate = FakeElasticsearch.Certificate(DateTimeOffset.UtcNow.AddDays(-1));
        foreach (var setting in new[]
        {
            $"--ELASTICSEARCH_CA={certificate.ExportCertificatePem()}",
            $"--ELASTICSEARCH_FINGERPRINT={certificate.GetCertHashString(HashAlgorithmName.SHA256)}",
        })
        {
            await using var fake = await FakeElasticsearch.StartAsync(certificate);
            await RefusedAsync(fake, "is not trusted, has expired", setting);
        }
    }

    [Theory]
    // Issued by the authority with the fingerprint.
    [InlineData(true, SslPolicyErrors.RemoteCertificateChainErrors, true)]
    // Of another host.
    [InlineData(true, SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch, false)]
    // It names the authority, but another key has signed it.
    [InlineData(false, SslPolicyErrors.RemoteCertificateChainErrors, false)]
    public void a_fingerprint_of_an_authority_trusts_what_it_has_issued(bool isIssued, SslPolicyErrors errors, bool isTrusted)
    {
        using var authority = FakeElasticsearch.Certificate(DateTimeOffset.UtcNow.AddDays(1), "Authority");
        using var forger = FakeElasticsearch.Certificate(DateTimeOffset.UtcNow.AddDays(1), "Authority");
        using var certificate = FakeElasticsearch.Issued(isIssued ? authority : forger);
        var settings = new ElasticsearchOptions(
            [new("https://localhost:9200")], null, null, authority.GetCertHashString(HashAlgorithmName.SHA256), "aarya-products", 32);
        using var sent = new X509Chain();
        sent.ChainPolicy.ExtraStore.Add(authority);

        Assert.Equal(isTrusted, settings.IsTrusted(certificate, sent, errors));
        Assert.False(settings.IsTrusted(certificate, null, errors));
    }

    private static async Task<FakeElasticsearch> TroubledAsync(int status)
    {
        var fake = await FakeElasticsearch.StartAsync();
        fake.Trouble = async http =>
        {
            await FakeElasticsearch.WriteAsync(http, status, "{}");
            return true;
        };
        return fake;
    }

    private static async Task RefusedAsync(FakeElasticsearch fake, string line, params string[] settings)
    {
        await using var database = await SpecDatabase.MigratedAsync();
        await using var redis = await RedisServer.StartAsync();
        var folder = Directory.CreateTempSubdirectory("aarya-refused-");
        await using var app = AaryaHost.Build(
            [
                "--environment=Development", string.Create(CultureInfo.InvariantCulture, $"--urls=http://127.0.0.1:{Ports.Free()}"),
                "--roles=search", "--AARYA_SOLO=true", $"--AARYA_SOCKET_DIR={folder.FullName}", $"--DATABASE_URL={database.Url}",
                $"--REDIS_URL={redis.Url}", fake.Argument, .. settings,
            ], Modules.All);
        var refused = await Assert.ThrowsAsync<StartupException>(() => app.StartAsync());
        folder.Delete(recursive: true);

        Assert.Contains(line, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
