using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.BackInStock;

/// <param name="Shoppers">How many shoppers waited for the SKU.</param>
public sealed record WithdrawnRequests(string Sku, int Shoppers);

/// <summary>Removes every request for a SKU that will not come back. The shoppers get no mail.</summary>
[Authorize("merchandiser")]
public static class WithdrawRequestsEndpoint
{
    [WolverineDelete("/api/admin/back-in-stock/{sku}")]
    [ProducesResponseType<WithdrawnRequests>(StatusCodes.Status200OK)]
    public static async Task<(IResult, StaffActedNotice?)> Delete(
        string sku, Caller caller, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var shoppers = await WaitingList.ClearAsync(session, sku, cancellation);
        return shoppers == 0
            ? (Results.Problem(Problem.NotFound("back_in_stock_request")), null)
            : (
                Results.Ok(new WithdrawnRequests(sku, shoppers)),
                StaffActedNotice.Of(
                    caller, StaffActions.BackInStockWithdrawn, "stock", sku, now, ("shoppers", $"{shoppers}")));
    }
}
