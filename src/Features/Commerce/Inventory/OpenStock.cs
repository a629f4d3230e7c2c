using Marten;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>Creates the stock of each new SKU.</summary>
public sealed record OpenStock(IReadOnlyList<StockLine> Lines) : IMartenOp
{
    public void Execute(IDocumentSession session) => Stock.Open(session, Lines);
}

/// <summary>Closes the stock of SKUs that a product no longer has.</summary>
/// <param name="Reason">Why their stock is written off.</param>
public sealed record CloseStock(Guid Product, IReadOnlyList<string> Skus, string Reason) : IMartenOp
{
    public void Execute(IDocumentSession session) => Stock.Close(session, Product, Skus, Reason);
}
