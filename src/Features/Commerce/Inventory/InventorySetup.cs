using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Commerce.Inventory;

internal static class InventorySetup
{
    public static void AddInventory(this IServiceCollection services)
    {
        services.AddConstraint(
            Roles.Commerce, "stock_never_oversold", () => Reserved("The stock would be less than what is reserved."));
        services.AddStockInvariants();
    }

    public static void UseInventory(this StoreOptions marten) => marten.Storage.ExtendedSchemaObjects.AddRange(StockTables.All);

    /// <summary>The refusal of an adjustment below what is reserved.</summary>
    internal static ProblemDetails Reserved(string detail) => Problem.Conflict("stock.reserved", "Stock is reserved", detail);
}
