using Marten;

namespace Aarya.Features.Commerce.Inventory;

internal static class InventorySetup
{
    public static void UseInventory(this StoreOptions marten) => marten.Storage.ExtendedSchemaObjects.AddRange(StockTables.All);
}
