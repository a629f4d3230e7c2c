using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.Edge;

/// <summary>
/// Limits the time of every request; the code below it can read how much is left (<see cref="RequestDeadline"/>). Only an open live
/// connection is exempt, not a request that prepares one.
/// </summary>
internal sealed class TimeLimit(EdgeSettings settings)
{
    public async Task KeepAsync(HttpContext http, RequestDelegate next)
    {
        if (IsLiveConnection(http))
        {
            await next(http);
            return;
        }

        var client = http.RequestAborted;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(client);
        over.CancelAfter(settings.RequestTime);
        http.RequestAborted = over.Token;
        using var deadline = RequestDeadline.Begin(RequestDeadline.After(settings.RequestTime));
        try
        {
            await next(http);
        }
        // Whatever a cancelled part throws, the cause is the time limit.
        catch (Exception) when (over.IsCancellationRequested && !client.IsCancellationRequested && !http.Response.HasStarted)
        {
            RefusedRequests.Count(RefusedRequests.Time);
            http.RequestAborted = client;
            http.Response.Clear();
            await Problems.WriteAsync(http, Problem.Of(StatusCodes.Status504GatewayTimeout, "service.timeout", "The request took too long",
                "The request was aborted. If it changes anything, repeat it with the same Idempotency-Key to get its result."));
        }
        finally
        {
            http.RequestAborted = client;
        }
    }

    // False for a request that negotiates a connection or sends over one: an endless body would keep its share of the memory for bodies.
    private static bool IsLiveConnection(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is not null
        && (HttpMethods.IsConnect(http.Request.Method)
            || (HttpMethods.IsGet(http.Request.Method) && !ReceivedBodies.MayHaveBody(http.Request)));
}
