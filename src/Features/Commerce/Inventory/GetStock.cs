using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Inventory;

public sealed record StockView(string Sku, int Available);

/// <summary>How many of a SKU can be bought now, without a cache.</summary>
public static class GetStockEndpoint
{
    [WolverineGet("/api/inventory/{sku}")]
    [ProducesResponseType<StockView>(StatusCodes.Status200OK)]
    public static async Task<IResult> Get(string sku, IQuerySession session, CancellationToken cancellation)
    {
        var available = await session.AdvancedSql.QueryAsync<int>(
            "select on_hand - reserved from commerce.stock join commerce.variant using (sku) where sku = ? and published",
            cancellation, sku);
        return available is [var now] ? Results.Ok(new StockView(sku, now)) : Results.Problem(Problem.NotFound("sku"));
    }
}
