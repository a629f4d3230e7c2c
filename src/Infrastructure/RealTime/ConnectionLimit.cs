using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// Limits how many messages of any kind a live line may send: calls of unknown methods and calls with wrong arguments never reach
/// <see cref="CallLimit"/>, but still get an answer. A line that sends more is closed.
/// </summary>
internal static class ConnectionLimit
{
    public const int PerSecond = 50;

    /// <summary>More than a client sends that stays within <see cref="CallLimit"/>.</summary>
    public const int Burst = 500;

    // Ends a message of the JSON protocol, and never occurs inside one:
    // https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md#json-encoding.
    private const byte EndOfMessage = 0x1E;

    public static Func<ConnectionDelegate, ConnectionDelegate> Guard(TimeProvider time) => next => line =>
    {
        line.Transport = new Duplex(new CountedInput(line.Transport.Input, time, line.Abort), line.Transport.Output);
        return next(line);
    };

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    // The hub consumes every complete message that it reads, so that none is counted twice.
    private sealed class CountedInput(PipeReader inner, TimeProvider time, Action tooMany) : PipeReader
    {
        private double left = Burst;
        private long countedAt = time.GetTimestamp();

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(cancellationToken));

        public override bool TryRead(out ReadResult result)
        {
            if (!inner.TryRead(out result)) return false;
            Count(result);
            return true;
        }

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        private ReadResult Count(ReadResult read)
        {
            var now = time.GetTimestamp();
            left = Math.Min(Burst, left + (time.GetElapsedTime(countedAt, now).TotalSeconds * PerSecond));
            countedAt = now;
            foreach (var part in read.Buffer) left -= part.Span.Count(EndOfMessage);
            if (left < 0) tooMany();
            return read;
        }
    }
}
