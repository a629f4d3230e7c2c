namespace Aarya.Features.Commerce.Options;

/// <summary>
/// The most unpaid orders, and pieces in them, that one shopper or one network address may have at a time; 0 means no limit.
/// </summary>
public sealed record UnpaidLimit(int Orders, int Pieces)
{
    public bool IsSet => Orders > 0 || Pieces > 0;

    /// <summary>
    /// Whether an order of this many pieces exceeds the limit. Without another unpaid order the pieces do not count: a single large cart
    /// can always be ordered.
    /// </summary>
    public bool Refuses(HeldUnpaid held, int pieces) =>
        (Orders > 0 && held.Orders >= Orders) || (Pieces > 0 && held.Orders > 0 && held.Pieces + pieces > Pieces);
}

/// <summary>The number of unpaid orders, and of the pieces in them.</summary>
public readonly record struct HeldUnpaid(long Orders, long Pieces);
