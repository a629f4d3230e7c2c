using System.Net;
using System.Net.Sockets;
using Aarya.Infrastructure.Mesh;
using Aarya.Specs.Support.Hosts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aarya.Specs.Roles;

/// <summary>What a stopping context does with a connection on which its caller is still writing.</summary>
public sealed class LingeringCloseSpec : IAsyncDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("aarya-linger-");

    [Fact]
    public async Task a_request_that_is_sent_after_the_last_frame_of_a_context_is_sent_again_elsewhere()
    {
        // A round ends well by chance when the request is written before the socket is closed.
        for (var round = 0; round < 20; round++)
        {
            await using var old = await Server.StartAsync(Path.Combine(folder.FullName, $"old-{round}"), "old");
            await using var next = await Server.StartAsync(Path.Combine(folder.FullName, $"next-{round}"), "next");
            using var caller = new Caller(old, next);
            Assert.Equal("old", await caller.PostAsync());

            caller.StopReading();
            var stopping = old.StopAsync();
            await old.HasSentItsLast.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
            var late = caller.PostAsync();
            caller.GoOnReading();

            Assert.Equal("next", await late);
            await stopping;
        }
    }

    [Fact]
    public async Task a_caller_that_never_closes_does_not_keep_a_context_from_stopping()
    {
        await using var old = await Server.StartAsync(Path.Combine(folder.FullName, "old"), "old");
        using var caller = new Caller(old, old);
        Assert.Equal("old", await caller.PostAsync());

        caller.StopReading();
        await old.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        caller.GoOnReading();
    }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private sealed class Server(WebApplication app, string path, TaskCompletionSource lastSent) : IAsyncDisposable
    {
        public string Path => path;

        public Task HasSentItsLast => lastSent.Task;

        public static async Task<Server> StartAsync(string path, string name)
        {
            var lastSent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var builder = BareHost.Create();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(path, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.Use(LingeringClose.Guard);
                listen.Use(http => async connection =>
                {
                    await http(connection);
                    lastSent.TrySetResult();
                });
            }));
            var app = builder.Build();
            app.MapPost("/", async http =>
            {
                using var body = new StreamReader(http.Request.Body);
                await body.ReadToEndAsync(http.RequestAborted);
                await http.Response.WriteAsync(name);
            });
            await app.StartAsync(Cancel);
            return new(app, path, lastSent);
        }

        public Task StopAsync() => app.StopAsync(CancellationToken.None);

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }

    /// <summary>Connects to the first server once, then to the second.</summary>
    private sealed class Caller : IDisposable
    {
        private readonly HttpClient client;
        private HeldStream? first;

        public Caller(Server first, Server second) =>
            client = new(new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    var server = this.first is null ? first : second;
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(server.Path), cancellation);
                    var stream = new NetworkStream(socket, ownsSocket: true);
                    return this.first is null ? this.first = new HeldStream(stream) : stream;
                },
            })
            {
                BaseAddress = new("http://context"),
                DefaultRequestVersion = HttpVersion.Version20,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };

        public void StopReading() => first!.Hold();

        public void GoOnReading() => first!.Release();

        public async Task<string> PostAsync()
        {
            using var answer = await client.PostAsync(new Uri("/", UriKind.Relative), new StringContent("{}"), Cancel);
            return await answer.Content.ReadAsStringAsync(Cancel);
        }

        public void Dispose() => client.Dispose();
    }

    /// <summary>Keeps what it has read until it may give it on.</summary>
    private sealed class HeldStream(Stream inner) : Stream
    {
        private TaskCompletionSource gate = Open();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Hold() => gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => gate.TrySetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            await gate.Task.WaitAsync(cancellationToken);
            return read;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }

        private static TaskCompletionSource Open()
        {
            var open = new TaskCompletionSource();
            open.SetResult();
            return open;
        }
    }
}
