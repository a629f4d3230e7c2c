using Aarya.Infrastructure.Messaging.Streams.Entries;
using Microsoft.AspNetCore.Authorization;
using Wolverine.Http;

namespace Aarya.Features.Content.Compaction;

public sealed record StreamList(IReadOnlyList<StreamStatus> Items);

/// <summary>How full each stream is, and how far its readers have come.</summary>
[Authorize("admin")]
public static class ListStreamsEndpoint
{
    [WolverineGet("/api/admin/streams")]
    public static async Task<StreamList> Get(StreamHistory history, StreamPolicies policies)
    {
        List<StreamStatus> streams = [];
        foreach (var policy in policies.All) streams.Add(await history.StatusAsync(policy));
        return new(streams);
    }
}
