using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aarya.Specs.Support.Servers;

/// <summary>A server that speaks the protocol of Redis (RESP 2), reports this version, and supports almost no command.</summary>
public sealed class OtherRedis : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task serving;
    private readonly string version;

    public OtherRedis(string version)
    {
        this.version = version;
        Port = Ports.Free();
        listener = new(IPAddress.Loopback, Port);
        listener.Start();
        serving = ServeAsync();
    }

    public int Port { get; }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true) connections.Add(AnswerAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
                while (await CommandAsync(reader) is { } command)
                    await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(AnswerTo(command)), stopping.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client has closed the connection, or the spec is over.
            }
        }
    }

    // *<count>, then for each word $<length> and the word, each line ended by CR LF.
    private async Task<string[]?> CommandAsync(StreamReader reader)
    {
        if (await reader.ReadLineAsync(stopping.Token) is not { } head) return null;
        var words = new string[int.Parse(head[1..], CultureInfo.InvariantCulture)];
        for (var i = 0; i < words.Length; i++)
        {
            var word = new char[int.Parse((await reader.ReadLineAsync(stopping.Token))![1..], CultureInfo.InvariantCulture)];
            await reader.ReadBlockAsync(word, stopping.Token);
            await reader.ReadLineAsync(stopping.Token);
            words[i] = new(word);
        }

        return words;
    }

    private string AnswerTo(string[] command) => command[0].ToUpperInvariant() switch
    {
        "INFO" => Bulk($"# Server\r\nredis_version:{version}\r\nredis_mode:standalone\r\nrole:master\r\n"),
        "PING" => "+PONG\r\n",
        "ECHO" => Bulk(command[1]),
        "COMMAND" => "*1\r\n*-1\r\n",
        "CLIENT" or "SELECT" => "+OK\r\n",
        "GET" => "$-1\r\n",
        _ => "-ERR unknown command\r\n",
    };

    private static string Bulk(string text) => $"${text.Length}\r\n{text}\r\n";

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await serving;
        stopping.Dispose();
    }
}
