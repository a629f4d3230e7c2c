using System.Diagnostics;
using System.Net.Sockets;

namespace Aarya.Specs.Support.Servers;

/// <summary>A real SMTP server (aiosmtpd, from apt) that stores accepted mails in a Maildir.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly string maildir = Path.Combine(Directory.CreateTempSubdirectory("aarya-mail-").FullName, "box");
    private Process? process;

    public int Port { get; } = Ports.Free();

    public static async Task<MailServer> StartAsync()
    {
        var server = new MailServer();
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        process =
            Process.Start(new ProcessStartInfo("aiosmtpd",
                ["-n", "-u", "-l", $"127.0.0.1:{Port}", "-c", "aiosmtpd.handlers.Mailbox", maildir]))!;
        await Eventually.HoldsAsync("the mail server listens", async () =>
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync("127.0.0.1", Port);
            return true;
        }, TimeSpan.FromSeconds(10), x => x is SocketException && !process.HasExited);
    }

    public async Task KillAsync()
    {
        if (process is not { HasExited: false }) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Every mail that the server has accepted, as it was received.</summary>
    public IReadOnlyList<string> Mails() => Directory.Exists(Path.Combine(maildir, "new"))
        ? [.. Directory.GetFiles(Path.Combine(maildir, "new")).Select(File.ReadAllText)]
        : [];

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process?.Dispose();
        Directory.Delete(Path.GetDirectoryName(maildir)!, recursive: true);
    }
}
