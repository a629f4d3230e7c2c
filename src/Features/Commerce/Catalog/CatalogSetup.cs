using Aarya.Features.Commerce.Catalog.Demo;
using Aarya.Features.Commerce.Catalog.Pictures;
using Aarya.Infrastructure.Seeding;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Commerce.Catalog;

internal static class CatalogSetup
{
    public static void AddCatalog(this IServiceCollection services)
    {
        services.AddSingleton<ProductCache>();
        services.AddSingleton<ProductAnswers>();
        services.AddSingleton<Picture>();
        services.AddSingleton<ISeed, DemoShop>();
        services.AddHostedService<Announcer>();
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
