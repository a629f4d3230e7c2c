using Aarya.Features.CorePlatform.Store;
using Aarya.Infrastructure.Flags;
using Marten;

namespace Aarya.Features.CorePlatform.Flags;

/// <summary>Reads the flags in the processes of this context.</summary>
public sealed class StoredFlags(ICoreStore store) : IFlagSource
{
    public async Task<IReadOnlyList<FlagDefinition>> FetchAsync(CancellationToken cancellation)
    {
        await using var documents = store.QuerySession();
        return [.. (await documents.Query<Flag>().ToListAsync(cancellation)).Select(x => x.Define())];
    }
}

/// <summary>Reads the flags in every other process.</summary>
public sealed class RemoteFlags(Protos.Core.Core.CoreClient core) : IFlagSource
{
    public async Task<IReadOnlyList<FlagDefinition>> FetchAsync(CancellationToken cancellation) =>
        [.. (await core.GetFlagsAsync(new(), cancellationToken: cancellation)).Flags.Select(FlagWire.Read)];
}

internal static class FlagWire
{
    public static Protos.Core.Flag Write(FlagDefinition x)
    {
        var flag = new Protos.Core.Flag
        {
            Name = x.Name,
            Enabled = x.Enabled,
            AnyCondition = x.Match == FlagMatch.Any,
            Roles = { x.Roles },
        };
        if (x.Percentage is { } percentage) flag.Percentage = percentage;
        if (x.From is { } from) flag.FromUnixMs = from.ToUnixTimeMilliseconds();
        if (x.Until is { } until) flag.UntilUnixMs = until.ToUnixTimeMilliseconds();
        return flag;
    }

    public static FlagDefinition Read(Protos.Core.Flag x) => new(
        x.Name, x.Enabled, x.AnyCondition ? FlagMatch.Any : FlagMatch.All, x.HasPercentage ? x.Percentage : null, [.. x.Roles],
        x.HasFromUnixMs ? DateTimeOffset.FromUnixTimeMilliseconds(x.FromUnixMs) : null,
        x.HasUntilUnixMs ? DateTimeOffset.FromUnixTimeMilliseconds(x.UntilUnixMs) : null);
}
