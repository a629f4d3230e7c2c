using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// When the certificate expires that clients get at <c>AARYA_PUBLIC_URL</c>. Once per hour the gateway connects there as they do, through
/// the server in front of it, which may serve another certificate than the file that was renewed.
/// </summary>
internal sealed class CertificateExpiry : Worker
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Uri? address;
    private long expiry;

    public CertificateExpiry(IConfiguration configuration, IMeterFactory meters, TimeProvider time, ILogger<CertificateExpiry> log)
        : base(time, log)
    {
        address = Uri.TryCreate(configuration.Find(OwnAddress.Name), UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
            ? url : null;
        meters.Create(ShopMeter.Name).CreateObservableGauge("aarya_certificate_expiry_timestamp_seconds", Read, unit: null,
            "When the certificate of the shop's public address expires (Unix time), as last read; absent without an https address.");
    }

    protected override TimeSpan LongestPause => TimeSpan.FromMinutes(5);

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        if (address is null) return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Patience);
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.IdnHost, address.Port, patience.Token);
#pragma warning disable CA5359 // Nothing is sent: it reads the certificate, also one that has expired.
        await using var tls = new SslStream(connection.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.IdnHost }, patience.Token);
        if (tls.RemoteCertificate is X509Certificate2 certificate)
            Volatile.Write(ref expiry, new DateTimeOffset(certificate.NotAfter).ToUnixTimeSeconds());
        return Interval;
    }

    private IEnumerable<Measurement<long>> Read() => Volatile.Read(ref expiry) is > 0 and var at ? [new(at)] : [];
}
