using Aarya.Infrastructure.Mesh;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Aarya.Infrastructure.Grpc;

/// <summary>
/// Gives every call between contexts a deadline: its own, or five seconds, but never more than the request has left.
/// </summary>
public sealed class CallDeadline : Interceptor
{
    /// <summary>How long a call may take by default.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(5);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var at = context.Options.Deadline?.ToUniversalTime() ?? RequestDeadline.After(Longest);
        if (RequestDeadline.Current is { } left && left < at) at = left;
        return continuation(request, new(context.Method, context.Host, context.Options.WithDeadline(at)));
    }
}
