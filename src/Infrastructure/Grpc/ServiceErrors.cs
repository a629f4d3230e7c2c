using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Outages;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using JasperFx;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Grpc;

/// <summary>
/// Turns the exceptions of a context's service into statuses: a <see cref="Refusal"/> stays as it is, a lost race is <c>ABORTED</c>, a
/// duplicate <c>ALREADY_EXISTS</c>, an outage <c>UNAVAILABLE</c>, anything else <c>INTERNAL</c>; the text of an exception is never sent.
/// Also passes on the call's deadline.
/// </summary>
public sealed partial class ServiceErrors(ILogger<ServiceErrors> log, Violations? violations = null) : Interceptor
{
    private static readonly OutageLine Away = new();

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        using var deadline = RequestDeadline.Begin(context.Deadline);
        try
        {
            if (request is IMessage message && NulInMessage.FieldOf(message) is { } field)
                throw Refusal.Invalid(field, "must not contain the NUL character.");
            return await continuation(request, context);
        }
        catch (Refusal)
        {
            throw;
        }
        // The caller has left or the deadline has passed: the transport reports which of the two; nothing failed here.
        catch (Exception) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
        }
        catch (ConcurrencyException)
        {
            throw Refusal.LostRace();
        }
        // Another context's refusal that this service has not handled is a defect here: it is no outage, and becomes INTERNAL.
        catch (Exception e) when (Outage.Is(e))
        {
            if (Away.IsDue()) LogAway(log, context.Method, e);
            throw Refusal.Unavailable("service.unavailable", "A part that this call needs does not answer right now.");
        }
        catch (Exception e) when (violations?.ProblemOf(e) is { } refused)
        {
            throw Refusal.AlreadyExists((string)refused.Extensions["code"]!, refused.Detail!);
        }
        catch (Exception e)
        {
            LogFailed(log, context.Method, e);
            throw new RpcException(new Status(StatusCode.Internal, "Something went wrong here."));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} is unavailable")]
    private static partial void LogAway(ILogger log, string method, Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed")]
    private static partial void LogFailed(ILogger log, string method, Exception e);
}
