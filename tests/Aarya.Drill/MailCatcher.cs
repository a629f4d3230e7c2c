using System.Buffers;
using System.Net;
using System.Text.Json;
using MimeKit;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Aarya.Drill;

/// <summary>One mail that the mail server has accepted.</summary>
/// <param name="At">When it was on disk, just before the sender was told so.</param>
/// <param name="Id">Its Message-ID.</param>
internal sealed record CaughtMail(DateTimeOffset At, string Id, string Subject);

/// <summary>
/// A mail server that delivers nowhere and remembers, on disk, what it has accepted: a process of its own, so that it can be killed.
/// </summary>
internal static class MailCatcher
{
    public static async Task ServeAsync(int port, string file)
    {
        var options = new SmtpServerOptionsBuilder().ServerName("drill").Endpoint(x => x.Endpoint(new(IPAddress.Loopback, port))).Build();
        var services = new ServiceProvider();
        await using var kept = Open(file);
        services.Add(new Box(kept));
        await new SmtpServer.SmtpServer(options, services).StartAsync(CancellationToken.None);
    }

    /// <summary>Every mail in the file; a line without an end was never confirmed to its sender.</summary>
    public static IReadOnlyList<CaughtMail> Read(string file)
    {
        if (!File.Exists(file)) return [];
        var text = File.ReadAllText(file);
        var lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(x => JsonSerializer.Deserialize<CaughtMail>(x)!)];
    }

    private static FileStream Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        // What was half written when the process was killed goes.
        var text = new byte[file.Length];
        file.ReadExactly(text);
        file.SetLength(Array.LastIndexOf(text, (byte)'\n') + 1);
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    // The server would dispose of a box that can be disposed of after the first session: the file is its owner's.
    private sealed class Box(FileStream file) : MessageStore
    {
        private readonly Lock gate = new();

        public override Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using var bytes = new MemoryStream(buffer.ToArray());
            using var message = MimeMessage.Load(bytes, cancellationToken);
            lock (gate)
            {
                var mail = new CaughtMail(DateTimeOffset.UtcNow, message.MessageId ?? "", message.Subject ?? "");
                file.Write([.. JsonSerializer.SerializeToUtf8Bytes(mail), (byte)'\n']);
                file.Flush(flushToDisk: true);
            }

            return Task.FromResult(SmtpResponse.Ok);
        }
    }
}
