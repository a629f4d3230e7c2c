using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// A live line: a caller with a token receives its own news until its session ends or its token expires, and any client may watch things
/// by their ids. What clients call and receive is declared by the hub that is derived from it.
/// </summary>
public abstract class LiveHub<TClient>(LiveConnections lines) : Hub<TClient> where TClient : class
{
    public override async Task OnConnectedAsync()
    {
        var who = Context.User as CallerPrincipal;
        if (!lines.TryAdd(Context, RateLimits.NetworkOf(Context.GetHttpContext()?.Connection.RemoteIpAddress), who))
        {
            Context.Abort();
            return;
        }

        try
        {
            if (who is not null) await Groups.AddToGroupAsync(Context.ConnectionId, LiveGroups.OfCaller(who.Caller.Subject));
            await base.OnConnectedAsync();
        }
        catch
        {
            // SignalR does not call OnDisconnectedAsync when OnConnectedAsync failed.
            lines.Remove(Context.ConnectionId);
            throw;
        }
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        lines.Remove(Context.ConnectionId);
        return base.OnDisconnectedAsync(exception);
    }

    /// <summary>From now on the connection gets the messages to those who watch the thing with this id.</summary>
    /// <param name="id">The thing's id.</param>
    /// <param name="things">Its kind in the plural, for the client.</param>
    /// <exception cref="HubException">
    /// The connection already watches <see cref="LiveConnections.MostWatched"/>, or the connections of its network address
    /// <see cref="LiveConnections.MostWatchedOfAddress"/>.
    /// </exception>
    protected async Task WatchAsync(Guid id, string things)
    {
        if (Watched.Count >= LiveConnections.MostWatched && !Watched.Contains(id))
            throw new HubException($"A connection may watch at most {LiveConnections.MostWatched} {things}: unwatch one first.");
        if (Watched.Contains(id)) return;
        if (!lines.TryWatch(Context.ConnectionId))
            throw new HubException(
                $"The connections of one network address may watch at most {LiveConnections.MostWatchedOfAddress} {things}.");
        try
        {
            await Groups.AddToGroupAsync(Context.ConnectionId, LiveGroups.OfWatchers(id));
            Watched.Add(id);
        }
        catch
        {
            lines.Unwatch(Context.ConnectionId);
            throw;
        }
    }

    protected async Task UnwatchAsync(Guid id)
    {
        if (!Watched.Remove(id)) return;
        lines.Unwatch(Context.ConnectionId);
        await Groups.RemoveFromGroupAsync(Context.ConnectionId, LiveGroups.OfWatchers(id));
    }

    // SignalR creates a hub per call, so state of the connection is stored in its items. Calls of one connection do not overlap.
    private HashSet<Guid> Watched => (HashSet<Guid>)(Context.Items["watched"] ??= new HashSet<Guid>());
}

/// <summary>Connections on any node that get the same messages.</summary>
internal static class LiveGroups
{
    public static string OfCaller(Guid subject) => $"caller:{subject:N}";

    public static string OfWatchers(Guid id) => $"watched:{id:N}";
}
