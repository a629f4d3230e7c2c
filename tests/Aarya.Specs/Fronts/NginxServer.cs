using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Aarya.Specs.Search.Elasticsearch;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Fronts;

/// <summary>A real nginx with deploy/nginx/aarya.conf, in which only addresses and paths are replaced.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    // Debian's folder for it is on root's path only.
    private static readonly string Program = File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";

    private readonly string folder = Directory.CreateTempSubdirectory("aarya-nginx-").FullName;
    private readonly Process process;

    private NginxServer(string gateway)
    {
        var (https, plain) = (Ports.Free(), Ports.Free());
        (Url, Plain) = (UrlOf("https", https), UrlOf("http", plain));
        foreach (var name in new[] { "tls", "temp", "acme/.well-known/acme-challenge" }) Directory.CreateDirectory($"{folder}/{name}");
        Renew();
        var settings = File.ReadAllText(Repository.PathOf("deploy/nginx/aarya.conf"));
        foreach (var (own, here) in new[]
        {
            ("127.0.0.1:8080", gateway), ("listen 80;", $"listen {Plain.Authority};"), ("listen 443 ssl", $"listen {Url.Authority} ssl"),
            ("/etc/aarya/tls", $"{folder}/tls"), ("/var/log/nginx", folder), ("/var/www/acme", $"{folder}/acme"),
        })
        {
            Assert.Contains(own, settings, StringComparison.Ordinal);
            settings = settings.Replace(own, here, StringComparison.Ordinal);
        }

        File.WriteAllText($"{folder}/aarya.conf", settings);
        string[] kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        var temp = string.Concat(kinds.Select(x => $"{x}_temp_path {folder}/temp/{x}; "));
        // Else the workers of an nginx that root starts have another user, which on a server is of the shop's group.
        var user = Environment.UserName == "root" ? "user root; " : "";
        File.WriteAllText($"{folder}/nginx.conf",
            $"{user}daemon off; pid {folder}/nginx.pid; worker_processes 1; events {{}}\nhttp {{ {temp} include {folder}/aarya.conf; }}\n");
        process = Process.Start(Start())!;
    }

    /// <summary>Where it serves HTTPS.</summary>
    public Uri Url { get; }

    /// <summary>Where it leads from HTTP to HTTPS.</summary>
    public Uri Plain { get; }

    /// <summary>The fingerprint of the certificate that was made last.</summary>
    public string Thumbprint { get; private set; } = "";

    /// <summary>What it has logged.</summary>
    public string Log => string.Concat(Directory.GetFiles(folder, "*.log").Select(File.ReadAllText));

    /// <summary>Starts it in front of a gateway at this address, such as <c>127.0.0.1:8080</c> or <c>unix:/path</c>.</summary>
    public static async Task<NginxServer> StartAsync(string gateway)
    {
        var server = new NginxServer(gateway);
        using var http = server.Client();
        await Eventually.HoldsAsync("nginx answers", async () =>
        {
            Assert.False(server.process.HasExited, $"nginx has ended: {server.Log}");
            using var answer = await http.GetAsync(server.Plain, TestContext.Current.CancellationToken);
            return true;
        }, ignoring: x => x is HttpRequestException);
        return server;
    }

    /// <summary>A client that accepts the certificate, and follows no redirect.</summary>
    /// <param name="from">The address that it comes from.</param>
    public HttpClient Client(Version? version = null, string from = "127.0.0.1") => new(Handler(from))
    {
        BaseAddress = Url,
        DefaultRequestVersion = version ?? HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public static SocketsHttpHandler Handler(string from = "127.0.0.1") => new()
    {
        AllowAutoRedirect = false,
        Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
        RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.Latin1,
#pragma warning disable CA5359 // The certificate is the spec's own, for another name.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
        ConnectCallback = async (context, stopping) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, stopping);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    /// <summary>Puts a new certificate in the place of the old one.</summary>
    public void Renew()
    {
        using var certificate = FakeElasticsearch.Certificate(DateTimeOffset.UtcNow.AddDays(30));
        using var key = certificate.GetRSAPrivateKey()!;
        File.WriteAllText($"{folder}/tls/fullchain.pem", certificate.ExportCertificatePem());
        File.WriteAllText($"{folder}/tls/key.pem", key.ExportPkcs8PrivateKeyPem());
        Thumbprint = certificate.Thumbprint;
    }

    /// <summary>Makes it read its files again, as after a renewal.</summary>
    public async Task ReloadAsync()
    {
        using var reload = Process.Start(Start("-s", "reload"))!;
        await reload.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, reload.ExitCode);
    }

    /// <summary>A file that the authority of the certificate asks for.</summary>
    public void Challenge(string name, string text) => File.WriteAllText($"{folder}/acme/.well-known/acme-challenge/{name}", text);

    public async ValueTask DisposeAsync()
    {
        using (var quit = Process.Start(Start("-s", "stop"))!) await quit.WaitForExitAsync();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private ProcessStartInfo Start(params string[] arguments) =>
        new(Program, ["-p", folder, "-e", $"{folder}/start.log", "-c", $"{folder}/nginx.conf", .. arguments]);

    private static Uri UrlOf(string scheme, int port) => new($"{scheme}://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
}
