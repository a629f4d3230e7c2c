using Aarya.Features.Search.Postgres;
using Wolverine;

namespace Aarya.Features.Search.Index;

/// <summary>One page of a refill.</summary>
public sealed record RefillIndex(DateTimeOffset Since, string Cursor);

public static class RefillIndexHandler
{
    public static async Task<OutgoingMessages> Handle(
        RefillIndex step, Refill refill, RefillTurn turn, ProductIndex index, CancellationToken cancellation)
    {
        // This refill has lost its turn, and the later one does all its work.
        if (await turn.TakeAsync(step.Since, cancellation) is not null) return [];
        var (next, _) = await refill.PageAsync(step.Since, step.Cursor, cancellation);
        if (next.Length > 0) return [step with { Cursor = next }];
        await index.EndRefillAsync(step.Since, cancellation);
        await turn.EndAsync(step.Since, cancellation);
        return [];
    }
}
