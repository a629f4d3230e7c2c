using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Aarya.Infrastructure.Tracing;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Infrastructure.Grpc;

/// <summary>
/// Calls a gRPC service of this process without a socket, but with the same behaviour: the messages are copied, the handler
/// has its own scope, and interceptors, statuses, trailers and deadlines work as over the wire.
/// </summary>
/// <remarks>Unary calls only: contexts send each other queries, and everything else is an event.</remarks>
public sealed class InProcessInvoker<TService>(IServiceScopeFactory scopes, IEnumerable<Interceptor> interceptors) : CallInvoker
    where TService : class
{
    private static readonly ConcurrentDictionary<string, Delegate> Handlers = new(StringComparer.Ordinal);
    private readonly Interceptor[] chain = [.. interceptors.Reverse()];

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new InProcessCall(method.FullName, options);
        var answer = RunAsync(method, call, Copy(request));
        return new(answer, call.ResponseHeaders, call.EndedWith, call.TrailersAtEnd, call.Cancel);
    }

    private async Task<TResponse> RunAsync<TRequest, TResponse>(Method<TRequest, TResponse> method, InProcessCall call, TRequest request)
        where TRequest : class where TResponse : class
    {
        using var span = ShopTraces.Start(method.FullName[1..], ActivityKind.Internal);
        span?.SetTag("rpc.system.name", "grpc");
        span?.SetTag("rpc.method", method.FullName[1..]);
        try
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            // A handler that ignores cancellation keeps its scope and runs on; the caller does not wait for it.
            var answer = await ExecuteAsync(method, call, request).WaitAsync(call.CancellationToken)
                ?? throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
            if (call.Status.StatusCode != StatusCode.OK) throw new RpcException(call.Status);
            call.End(Status.DefaultSuccess);
            return answer;
        }
        catch (Exception e)
        {
            // As on the wire, the cause of a cancellation takes precedence over what the handler threw because of it.
            var status = call.Cancelled
                ?? (e is RpcException { Status: var own } ? own : new Status(StatusCode.Unknown, "Exception was thrown by handler."));
            call.End(status, call.Cancelled is null && e is RpcException { Trailers: var trailers } ? trailers : null);
            span?.SetTag("rpc.response.status_code", status.StatusCode.ToString());
            span?.SetStatus(ActivityStatusCode.Error);
            throw new RpcException(status, call.TrailersAtEnd());
        }
        finally
        {
            call.Dispose();
        }
    }

    private async Task<TResponse> ExecuteAsync<TRequest, TResponse>(Method<TRequest, TResponse> method,
        InProcessCall call, TRequest request)
        where TRequest : class where TResponse : class
    {
        await using var scope = scopes.CreateAsyncScope();
        var handler = HandlerOf<TRequest, TResponse>(method.Name);
        UnaryServerMethod<TRequest, TResponse> next = (r, c) => handler(scope.ServiceProvider.GetRequiredService<TService>(), r, c);
        foreach (var interceptor in chain)
        {
            var inner = next;
            next = (r, c) => interceptor.UnaryServerHandler(r, c, inner);
        }

        return await next(request, call) is { } answer ? Copy(answer) : null!;
    }

    private static Func<TService, TRequest, ServerCallContext, Task<TResponse>> HandlerOf<TRequest, TResponse>(string name) =>
        (Func<TService, TRequest, ServerCallContext, Task<TResponse>>)Handlers.GetOrAdd(name, static method =>
            typeof(TService).GetMethod(method, BindingFlags.Public | BindingFlags.Instance, [typeof(TRequest), typeof(ServerCallContext)])!
                .CreateDelegate<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>());

    private static T Copy<T>(T message) where T : class => message is IDeepCloneable<T> original ? original.Clone() : message;

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host,
        CallOptions options, TRequest request) =>
        throw new NotSupportedException("A blocking call holds a thread: call the asynchronous method.");

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw UnaryOnly();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw UnaryOnly();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw UnaryOnly();

    private static NotSupportedException UnaryOnly() => new("Contexts call each other with unary methods only: use events for streams.");
}
