using System.Text.Json;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Flags;

/// <summary>The flags of the caller.</summary>
/// <param name="Flags">Whether each flag is on, by its name.</param>
public sealed record FlagsView(IReadOnlyDictionary<string, bool> Flags);

/// <summary>Which features are on for the caller, so that a storefront can show only those.</summary>
public static class GetFlagsEndpoint
{
    [ProducesResponseType<FlagsView>(StatusCodes.Status200OK), ProducesResponseType(StatusCodes.Status304NotModified)]
    [WolverineGet("/api/flags")]
    public static async Task<IResult> Get(Caller caller, IFlags flags, CancellationToken cancellation)
    {
        var view = new FlagsView(await flags.AllAsync(caller, cancellation));
        return new ReadyAnswer(JsonSerializer.SerializeToUtf8Bytes(view, AaryaJson.Options),
            "application/json; charset=utf-8", "private, no-cache");
    }
}
