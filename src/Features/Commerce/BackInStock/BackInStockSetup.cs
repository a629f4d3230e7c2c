using Marten;

namespace Aarya.Features.Commerce.BackInStock;

internal static class BackInStockSetup
{
    public static void UseBackInStock(this StoreOptions marten)
    {
        marten.Schema.For<BackInStockRequest>()
            .Index(x => x.Subject)
            .Index(x => x.EmailIndex)
            .UniqueIndex(x => x.Sku, x => x.EmailIndex);
        marten.Storage.ExtendedSchemaObjects.AddRange(BackInStockTables.All);
    }
}
