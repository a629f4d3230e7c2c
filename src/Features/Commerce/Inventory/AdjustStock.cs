using Aarya.Features.Commerce.Catalog;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Inventory;

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
    public static async Task<(IResult, AnnounceChanges?)> Post(AdjustStock command, string sku, IDocumentSession session,
        CancellationToken cancellation)
    {
        var reason = PersonText.Compose(command.Reason);
        var adjustment = await Stock.AdjustAsync(session, sku, command.Delta, reason, $"adjustment:{Guid.CreateVersion7()}", cancellation);
        return adjustment switch
        {
            null => (Results.Problem(Problem.NotFound("sku")), null),
            { Stands: false, Level: var level } => (
                Results.Problem(Reserved($"{level.OnHand} in stock, {level.Reserved} of them reserved.")), null),
            _ => (Results.Ok(ShelfView.Of(adjustment.Level)), new()),
        };
    }

    internal static ProblemDetails Reserved() => Reserved("The stock would be less than what is reserved.");

    private static ProblemDetails Reserved(string detail) => Problem.Conflict("stock.reserved", "Stock is reserved", detail);
}
