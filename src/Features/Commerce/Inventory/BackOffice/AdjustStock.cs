using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Inventory.BackOffice;

/// <summary>Adjusts the stock on hand, for a delivery, a stocktake or a breakage.</summary>
public sealed record AdjustStock(int Delta, string Reason)
{
    public const int Most = 1_000_000;

    public sealed class Validator : AbstractValidator<AdjustStock>
    {
        public Validator()
        {
            RuleFor(x => x.Delta).InclusiveBetween(-Most, Most).NotEqual(0);
            RuleFor(x => x.Reason).TextOfAPerson(64);
        }
    }
}

public sealed record ShelfView(string Sku, int OnHand, int Reserved, int Available)
{
    public static ShelfView Of(StockLevel level) => new(level.Sku, level.OnHand, level.Reserved, level.Available);
}

[Authorize("merchandiser")]
public static class AdjustStockEndpoint
{
    [Refuses(409, "stock.reserved", "The stock would be less than what is reserved.")]
    [WolverinePost("/api/admin/stock/{sku}/adjustments")]
    [ProducesResponseType<ShelfView>(StatusCodes.Status200OK)]
    public static async Task<(IResult, AnnounceChanges?, StaffActedNotice?)> Post(
        AdjustStock command, string sku, Caller caller, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var reason = PersonText.Compose(command.Reason);
        var adjustment = await Stock.AdjustAsync(session, sku, command.Delta, reason, $"adjustment:{Guid.CreateVersion7()}", cancellation);
        return adjustment switch
        {
            null => (Results.Problem(Problem.NotFound("sku")), null, null),
            { Stands: false, Level: var level } => (
                Results.Problem(InventorySetup.Reserved($"{level.OnHand} in stock, {level.Reserved} of them reserved.")), null, null),
            _ => (
                Results.Ok(ShelfView.Of(adjustment.Level)), new(),
                StaffActedNotice.Of(
                    caller, StaffActions.StockAdjusted, "stock", sku, now, ("delta", $"{command.Delta}"),
                    ("onHand", $"{adjustment.Level.OnHand}"))),
        };
    }
}
