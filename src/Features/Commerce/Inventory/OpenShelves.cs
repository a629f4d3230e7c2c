using Marten;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>Opens a shelf for each new SKU.</summary>
public sealed record OpenShelves(IReadOnlyList<StockLine> Lines) : IMartenOp
{
    public void Execute(IDocumentSession session) => Stock.Open(session, Lines);
}
