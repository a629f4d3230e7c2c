using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// How many messages a live line may send, whatever they are: a call of a method that does not exist and one whose arguments do not fit
/// never reach <see cref="CallLimit"/>, and are answered all the same. A line that sends more is closed.
/// </summary>
internal static class LineLimit
{
    public const int PerSecond = 50;

    /// <summary>More than a client comes to that keeps to <see cref="CallLimit"/>.</summary>
    public const int Burst = 500;

    // What ends a message of the JSON protocol, and stands in none:
    // https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md#json-encoding.
    private const byte EndOfMessage = 0x1E;

    public static Func<ConnectionDelegate, ConnectionDelegate> Guard(TimeProvider time) => next => line =>
    {
        line.Transport = new Duplex(new CountedInput(line.Transport.Input, time, line.Abort), line.Transport.Output);
        return next(line);
    };

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    // The hub takes every whole message out of what it reads, so that none is seen here twice.
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
