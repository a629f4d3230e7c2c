using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Security;
using Wolverine.Http;

namespace Aarya.Specs.Flags;

/// <summary>A slice behind a flag.</summary>
public static class Gate
{
    public const string Flag = "specs.gates";

    [WolverineGet("/specs/gates/closed"), Flagged(Flag)]
    public static string Closed() => "open";
}

/// <summary>A slice that asks about the same flag itself.</summary>
public static class GateKeeper
{
    [WolverineGet("/specs/gates/asking")]
    public static async Task<string> Asking(Caller caller, IFlags flags, CancellationToken cancellation) =>
        await flags.IsOnAsync(Gate.Flag, caller, cancellation) ? "new" : "old";
}
