using System.Diagnostics;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Mesh;
using Aarya.Specs.Protos;
using Grpc.Core;
using JasperFx;

namespace Aarya.Specs.Roles;

/// <summary>Records the end of a call; disposed with the call's scope.</summary>
public sealed class ProbeScope(ProbeLog log) : IDisposable
{
    public void Dispose() => log.ScopeDisposed.TrySetResult();
}

/// <summary>The events of the service that a spec awaits.</summary>
public sealed class ProbeLog
{
    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource TokenCancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource ScopeDisposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Answer? LastAnswer { get; set; }
}

/// <summary>Behaves as the question says.</summary>
public sealed class ProbeService(ProbeLog log, ProbeScope scope) : Probe.ProbeBase
{
    public override async Task<Answer> Ask(Question request, ServerCallContext context)
    {
        GC.KeepAlive(scope);
        context.CancellationToken.Register(() => log.TokenCancelled.TrySetResult());
        log.Entered.TrySetResult();
        switch (request.Behave)
        {
            case "not found": throw Refusal.NotFound("product");
            case "invalid": throw Refusal.Invalid("sku", "must not be empty.");
            case "precondition":
                context.ResponseTrailers.Add("x-also", "said");
                throw Refusal.Precondition("cart.line_limit", "At most 20 of one SKU.");
            case "lost race": throw new ConcurrencyException("secret", null, "secret");
            case "fail": throw new InvalidOperationException("secret");
            case "database away": throw new Npgsql.NpgsqlException("secret", new IOException("secret"));
            case "redis away": throw new StackExchange.Redis.RedisException("secret");
            case "context away": throw new RpcException(new Status(StatusCode.Unavailable, "secret"));
            case "context refuses": throw new RpcException(new Status(StatusCode.NotFound, "secret"));
            case "no answer": return null!;
            case "status": context.Status = new(StatusCode.FailedPrecondition, "set"); break;
            case "wait": await Task.Delay(Timeout.Infinite, context.CancellationToken); break;
            case "deaf": await log.Release.Task; break;
            case "headers": await context.WriteResponseHeadersAsync(new Metadata { { "x-early", "yes" } }); break;
        }

        context.ResponseTrailers.Add("x-after", "yes");
        request.Notes.Add("changed by the service");
        return log.LastAnswer = new Answer
        {
            Notes = { request.Notes },
            TraceId = Activity.Current?.TraceId.ToString() ?? "",
            DeadlineUnixMs = Unix(context.Deadline),
            RequestDeadlineUnixMs = RequestDeadline.Current is { } at ? Unix(at) : 0,
            Header = context.RequestHeaders.GetValue("x-asked") ?? "",
        };
    }

    private static long Unix(DateTime at) => new DateTimeOffset(at).ToUnixTimeMilliseconds();
}
