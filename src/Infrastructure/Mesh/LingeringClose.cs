using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Aarya.Infrastructure.Mesh;

/// <summary>
/// Keeps a connection open after this side has sent its last frame, until the caller has closed it or <see cref="Longest"/> has passed,
/// and discards what still arrives.
/// </summary>
/// <remarks>
/// Kestrel closes the socket right after its GOAWAY. A caller that is writing at that moment gets a broken pipe before it has read the
/// GOAWAY, so that it cannot know that its request was not processed, and must not repeat it. While the connection is open, the caller
/// reads the GOAWAY and repeats by itself each request that arrived after it (RFC 9113, section 6.8).
/// </remarks>
internal static class LingeringClose
{
    /// <summary>A caller of the mesh reads the GOAWAY and closes within milliseconds, unless it is frozen or gone.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>For a listener of the mesh.</summary>
    internal static ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var line = connection.Transport;
        var output = new OutputKeptOpen(line.Output);
        connection.Transport = new Duplex(new InputKeptOpen(line.Input), output);
        await next(connection);
        if (output.IsBroken) return;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
            limit.CancelAfter(Longest);
            await output.FlushAsync(limit.Token);
            await DiscardAsync(line.Input, limit.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The caller has closed the connection or does not read: it is closed here.
        }
    };

    private static async Task DiscardAsync(PipeReader input, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellation);
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class InputKeptOpen(PipeReader inner) : PipeReader
    {
        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        // The connection completes it when it is disposed of.
        public override void Complete(Exception? exception = null)
        {
        }
    }

    private sealed class OutputKeptOpen(PipeWriter inner) : PipeWriter
    {
        /// <summary>True once HTTP gave the connection up because of an error: there is no last frame to wait for.</summary>
        public bool IsBroken { get; private set; }

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(source, cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            if (exception is null) return;
            IsBroken = true;
            inner.Complete(exception);
        }
    }
}
