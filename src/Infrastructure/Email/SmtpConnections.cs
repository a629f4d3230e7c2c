using System.Collections.Concurrent;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Aarya.Infrastructure.Email;

/// <summary>
/// Keeps a few connections to the mail server open between mails: connecting, TLS and signing in cost more than a mail. A connection that
/// waited is asked whether it still works before a mail goes out on it, so that no mail is lost on one that the server has closed.
/// </summary>
internal sealed class SmtpConnections(SmtpServer server, TimeProvider time) : IDisposable
{
    private const int MostWaiting = 8;

    // Servers limit how many mails one connection may bring; none limits it to fewer than these.
    private const int MostMails = 50;

    private const int TimeoutInMilliseconds = 15_000;

    // RFC 5321, 4.5.3.2.7: a server waits at least five minutes for a command, but many close an idle connection sooner.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly ConcurrentBag<Connection> waiting = [];

    /// <summary>Sends on a connection that nobody else uses meanwhile. After a failure the connection is closed.</summary>
    public async Task UseAsync(Func<SmtpClient, Task> send, CancellationToken cancellation)
    {
        var connection = await FindAsync(cancellation) ?? new(await ConnectAsync(cancellation));
        var isSent = false;
        try
        {
            await send(connection.Client);
            isSent = true;
        }
        finally
        {
            await ReleaseAsync(connection, isSent);
        }
    }

    public void Dispose()
    {
        while (waiting.TryTake(out var connection)) connection.Client.Dispose();
    }

    private async Task<Connection?> FindAsync(CancellationToken cancellation)
    {
        while (waiting.TryTake(out var connection))
        {
            var works = false;
            try
            {
                works = time.GetElapsedTime(connection.WaitsSince) < LongestWait && await AnswersAsync(connection.Client, cancellation);
                if (works) return connection;
            }
            finally
            {
                if (!works) connection.Client.Dispose();
            }
        }

        return null;
    }

    private static async Task<bool> AnswersAsync(SmtpClient client, CancellationToken cancellation)
    {
        try
        {
            await client.NoOpAsync(cancellation);
            return true;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            // Whatever is wrong with it, a new connection shows whether the server is away.
            return false;
        }
    }

    private async Task<SmtpClient> ConnectAsync(CancellationToken cancellation)
    {
        var client = new SmtpClient { Timeout = TimeoutInMilliseconds };
        try
        {
            await client.ConnectAsync(server.Host, server.Port,
                server.Tls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTlsWhenAvailable, cancellation);
            if (server.User is not null) await client.AuthenticateAsync(server.User, server.Password ?? "", cancellation);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private async Task ReleaseAsync(Connection connection, bool isSent)
    {
        connection.Mails++;
        if (isSent && connection.Mails < MostMails && waiting.Count < MostWaiting && connection.Client.IsConnected)
        {
            connection.WaitsSince = time.GetTimestamp();
            waiting.Add(connection);
            return;
        }

        try
        {
            // The mail is accepted or refused: that the server does not say goodbye changes nothing about it.
            await connection.Client.DisconnectAsync(quit: true, CancellationToken.None);
        }
        catch (Exception)
        {
        }
        finally
        {
            connection.Client.Dispose();
        }
    }

    private sealed class Connection(SmtpClient client)
    {
        public SmtpClient Client => client;

        public int Mails { get; set; }

        public long WaitsSince { get; set; }
    }
}
