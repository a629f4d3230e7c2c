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
/// <param name="At">When it was received, just before it was written to disk and confirmed.</param>
/// <param name="Id">Its Message-ID.</param>
internal sealed record CaughtMail(DateTimeOffset At, string Id, string Subject);

/// <summary>
/// A mail server that delivers nothing and stores on disk what it has accepted. It is a process of its own, so that it can be killed.
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

    /// <summary>Every mail in the file; an incomplete last line was never confirmed to its sender.</summary>
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
        // Removes the line that was half written when the process was killed.
        var text = new byte[file.Length];
        file.ReadExactly(text);
        file.SetLength(Array.LastIndexOf(text, (byte)'\n') + 1);
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    // Not disposable: the server would dispose of it after the first session. The owner disposes of the file.
    private sealed class Box(FileStream file) : MessageStore
    {
        private readonly Lock gate = new();

        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using var bytes = new MemoryStream(buffer.ToArray());
            using var message = await MimeMessage.LoadAsync(bytes, cancellationToken);
            lock (gate)
            {
                var mail = new CaughtMail(DateTimeOffset.UtcNow, message.MessageId ?? "", message.Subject ?? "");
                file.Write([.. JsonSerializer.SerializeToUtf8Bytes(mail), (byte)'\n']);
                file.Flush(flushToDisk: true);
            }

            return SmtpResponse.Ok;
        }
    }
}
