using Marten;
using Microsoft.AspNetCore.Authorization;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Flags;

public sealed record FlagList(IReadOnlyList<FlagView> Items);

/// <summary>Every flag with its conditions, by name.</summary>
[Authorize("admin")]
public static class ListFlagsEndpoint
{
    [WolverineGet("/api/admin/flags")]
    public static async Task<FlagList> Get(IQuerySession session, CancellationToken cancellation) =>
        new([.. (await session.Query<Flag>().OrderBy(x => x.Id).ToListAsync(cancellation)).Select(FlagView.Of)]);
}
