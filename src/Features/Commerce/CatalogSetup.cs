using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Catalog.BackOffice;
using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Commerce;

internal static class CatalogSetup
{
    public static void AddCatalog(this IServiceCollection services)
    {
        services.AddSingleton<ProductCache>();
        services.AddSingleton<ProductAnswers>();
        services.AddHostedService<Announcer>();
        services.AddConstraint(Roles.Commerce, "mt_doc_product_idx_slug", () => Placement.SlugTaken());
        services.AddConstraint(Roles.Commerce, "pkey_variant_sku", () => Placement.SkuTaken());
        services.AddConstraint(Roles.Commerce, "pkey_stock_sku", () => Placement.SkuTaken());
    }

    public static void UseCatalog(this StoreOptions marten)
    {
        marten.Schema.For<Product>()
            .Duplicate(x => x.Slug, configure: x => x.IsUnique = true)
            .Duplicate(x => x.Category)
            .Duplicate(x => x.Published)
            .Duplicate(x => x.PublishedAt);
        marten.Schema.For<Category>();
        marten.Storage.ExtendedSchemaObjects.AddRange(CatalogTables.All);
    }
}
