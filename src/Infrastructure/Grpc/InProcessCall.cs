using Aarya.Infrastructure.Mesh;
using Grpc.Core;

namespace Aarya.Infrastructure.Grpc;

/// <summary>One in-process call as its handler sees it, with the cause of its end.</summary>
internal sealed class InProcessCall : ServerCallContext, IDisposable
{
    private static readonly Status DeadlinePassed = new(StatusCode.DeadlineExceeded, "");
    private static readonly Status CallerLeft = new(StatusCode.Cancelled, "Call canceled by the client.");

    private readonly string method;
    private readonly CallOptions options;
    private readonly CancellationTokenSource source = new();
    private readonly CancellationTokenRegistration callersToken;
    private readonly Timer? timer;
    private readonly Lock gate = new();
    private readonly TaskCompletionSource<Metadata> headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Metadata trailers = [];
    private Dictionary<object, object>? state;
    private Status? cancelled;
    private Status? ended;
    private readonly Metadata trailersAtEnd = [];

    public InProcessCall(string method, CallOptions options)
    {
        this.method = method;
        this.options = options;
        CancellationTokenCore = source.Token;
        if (options.CancellationToken.CanBeCanceled)
            callersToken = options.CancellationToken.UnsafeRegister(static call => ((InProcessCall)call!).Stop(CallerLeft), this);
        if (options.Deadline is not { } deadline) return;
        var left = RequestDeadline.Left(deadline);
        if (left <= TimeSpan.Zero) Stop(DeadlinePassed);
        else timer = new(static call => ((InProcessCall)call!).Stop(DeadlinePassed), this, left, Timeout.InfiniteTimeSpan);
    }

    public Task<Metadata> ResponseHeaders => headers.Task;

    /// <summary>Why the call was cancelled, or null if it was not; the first cause is kept.</summary>
    public Status? Cancelled
    {
        get
        {
            lock (gate) return cancelled;
        }
    }

    public Status EndedWith() => ended ?? throw new InvalidOperationException("The call has not ended yet.");

    public Metadata TrailersAtEnd() => ended is null ? throw new InvalidOperationException("The call has not ended yet.") : trailersAtEnd;

    public void Cancel() => Stop(CallerLeft);

    public void End(Status status, Metadata? thrown = null)
    {
        lock (gate)
        {
            // A caller that has left cannot receive what the handler still writes.
            if (cancelled is null)
            {
                foreach (var entry in trailers) trailersAtEnd.Add(entry);
                foreach (var entry in thrown ?? Metadata.Empty) trailersAtEnd.Add(entry);
            }

            ended = status;
        }

        headers.TrySetResult([]);
    }

    private void Stop(Status cause)
    {
        lock (gate)
        {
            if (cancelled is not null || ended is not null) return;
            cancelled = cause;
        }

        source.Cancel();
    }

    // The garbage collector frees the source itself: a handler that outlives its caller still uses the token.
    public void Dispose()
    {
        callersToken.Dispose();
        timer?.Dispose();
    }

    protected override string MethodCore => method;
    protected override string HostCore => "in-process";
    protected override string PeerCore => "in-process";
    protected override DateTime DeadlineCore => options.Deadline?.ToUniversalTime() ?? DateTime.MaxValue;
    protected override Metadata RequestHeadersCore => options.Headers ?? Metadata.Empty;
    protected override CancellationToken CancellationTokenCore { get; }
    protected override Metadata ResponseTrailersCore => trailers;
    protected override Status StatusCore { get; set; }
    protected override WriteOptions? WriteOptionsCore { get; set; }
    protected override AuthContext AuthContextCore { get; } = new(null, []);
    protected override IDictionary<object, object> UserStateCore => state ??= [];

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Not needed: the deadline of a call applies to all calls that it causes.");

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        headers.TrySetResult(responseHeaders);
        return Task.CompletedTask;
    }
}
