using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Inventory.BackOffice;
using Aarya.Features.Commerce.Pricing;
using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Privacy;
using Grpc.Core;
using Wolverine;
using Wire = Aarya.Protos.Commerce;

namespace Aarya.Features.Commerce;

/// <summary>The gRPC service of this context; see protos/commerce.proto.</summary>
public sealed partial class CommerceService(
    ICommerceStore store, IMessageBus bus, Carts carts, Offers offers, BuyerDirectory buyers, AbandonedCarts abandoned, Sealer sealer,
    TimeProvider time)
        : Wire.Commerce.CommerceBase
{
    /// <summary>The most products per page; the default is 50.</summary>
    public const int LargestPage = 200;

    public override async Task<Wire.Product> GetProduct(Wire.GetProductRequest request, ServerCallContext context)
    {
        await using var session = store.QuerySession();
        return await Catalogue.FindAsync(session, request.IdOrSlug, context.CancellationToken) is { } found
            ? ToWire(found, await CategoryTree.ReadNumberedAsync(session, context.CancellationToken))
            : throw Refusal.NotFound("product");
    }

    public override async Task<Wire.ProductPage> ListProducts(Wire.ListProductsRequest request, ServerCallContext context)
    {
        if (request.Limit is < 0 or > LargestPage) throw Refusal.Invalid("limit", $"must be from 1 to {LargestPage}, or 0 for 50.");
        var limit = request.Limit == 0 ? 50 : request.Limit;
        PageCursor? after = null;
        if (request.Cursor.Length > 0)
            after = PageCursor.Parse(request.Cursor) ?? throw Refusal.Invalid("cursor", "must be the next_cursor of an earlier page.");

        await using var session = store.QuerySession();
        var found = request.WithWithdrawn
            ? await Catalogue.ListAllAsync(session, after, limit + 1, context.CancellationToken)
            : await Catalogue.ListAsync(session, null, after, limit + 1, context.CancellationToken);
        var tree = await CategoryTree.ReadNumberedAsync(session, context.CancellationToken);
        var last = found.Count > limit ? found[limit - 1].Product : null;
        return new()
        {
            Items = { found.Take(limit).Select(x => ToWire(x, tree)) },
            NextCursor = last is null ? "" : new PageCursor(last.PublishedAt, last.Id).ToString(),
        };
    }

    public override async Task<Wire.InventoryUpdate> UpdateInventory(Wire.UpdateInventoryRequest request, ServerCallContext context)
    {
        if (request.Delta is 0 or < -AdjustStock.Most or > AdjustStock.Most)
            throw Refusal.Invalid("delta", $"must be from -{AdjustStock.Most} to {AdjustStock.Most}, but not 0.");
        if (PersonText.FaultOf(request.Reason, 64) is { } fault) throw Refusal.Invalid("reason", fault);
        if (request.Reference.Length is 0 or > 128 || !PersonText.IsReadable(request.Reference))
            throw Refusal.Invalid("reference", "must have 1 to 128 characters.");

        var booking = new BookStock(request.Sku, request.Delta, PersonText.Compose(request.Reason), request.Reference);
        var booked = await bus.InvokeAsync<StockAdjustment?>(booking, context.CancellationToken) ?? throw Refusal.NotFound("sku");
        if (!booked.Stands)
            throw Refusal.Precondition("stock.reserved",
                $"{booked.Level.OnHand} in stock, {booked.Level.Reserved} of them reserved.");
        return new() { Sku = request.Sku, OnHand = booked.Level.OnHand, Available = booked.Level.Available };
    }

    private static Wire.Product ToWire(ProductOnSale x, CategoryTree tree) => x.Product.Published ? OnSaleToWire(x, tree) : new()
    {
        Id = x.Product.Id.ToString(),
        Version = x.Product.Revision,
        Withdrawn = true,
    };

    private static Wire.Product OnSaleToWire(ProductOnSale x, CategoryTree tree) => new()
    {
        Id = x.Product.Id.ToString(),
        Slug = x.Product.Slug,
        Name = x.Product.Name,
        Description = x.Product.Description,
        Category = x.Product.Category,
        Images = { x.Product.Images },
        Variants = { x.Product.Variants.Select(y => ToWire(y, x.Stock.GetValueOrDefault(y.Sku))) },
        Version = x.Product.Revision,
        Ancestors = { tree.AncestorsOf(x.Product.Category) },
        Materials = { x.Product.Materials },
        TreeVersion = tree.Version,
        PublishedAtUnixUs = x.Product.PublishedAt.ToUnixMicroseconds(),
    };

    private static Wire.Variant ToWire(Variant x, StockLevel? stock) => new()
    {
        Sku = x.Sku,
        Size = x.Size,
        Colour = x.Colour,
        Price = x.Price.ToProto(),
        CompareAtPrice = x.CompareAtPrice?.ToProto(),
        Available = stock?.Available ?? 0,
        Barcode = x.Barcode,
        Sequence = stock?.Sequence ?? 0,
    };
}
