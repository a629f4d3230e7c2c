using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>The slug of a product, and its category, which may be a new one.</summary>
public sealed record Placement(string Slug, Category Category, bool IsNewCategory)
{
    // The slug of a name that has no character for a slug.
    private const string Nameless = "product";

    // Leaves room for a number after the slug.
    private const int LongestRoot = Catalog.Slug.Longest - 8;

    /// <summary>
    /// Finds the slug and the category of a product, or returns which slug, SKU or barcode another product has, or that several categories
    /// have the name. Call it under the catalogue lock.
    /// </summary>
    /// <param name="session">The session of the slice, which holds the lock.</param>
    /// <param name="id">The product.</param>
    /// <param name="slug">The requested slug; null to derive it from the name, with a number if it is taken.</param>
    /// <param name="name">The product's name.</param>
    /// <param name="category">Its slug or its name.</param>
    /// <param name="skus">The SKUs that are new to the product.</param>
    /// <param name="barcodes">The barcodes of all its variants; null and empty ones are none.</param>
    /// <param name="had">Those that it had before, which are not checked: they may have been stored when barcodes were not unique.</param>
    /// <param name="cancellation">Of the request.</param>
    public static async Task<(Placement?, ProblemDetails?)> FindAsync(
        IDocumentSession session, Guid id, string? slug, string name, string category, string[] skus, IEnumerable<string?> barcodes,
        IEnumerable<string?> had, CancellationToken cancellation)
    {
        if (slug is not null && await session.Query<Product>().AnyAsync(x => x.Slug == slug && x.Id != id, cancellation))
            return (null, SlugTaken(slug));
        if (skus.Length > 0 && await TakenSkusAsync(session, id, skus, cancellation) is [var sku, ..]) return (null, SkuTaken(sku));

        var before = had.Select(Variant.GtinOf).OfType<string>().ToLookup(x => x, StringComparer.Ordinal);
        var gtins = barcodes.Select(Variant.GtinOf).OfType<string>().ToLookup(x => x, StringComparer.Ordinal);
        if (gtins.Any(x => x.Count() > Math.Max(1, before[x.Key].Count())))
            return (null, Problem.Invalid("variants", "must not repeat a barcode."));
        string[] added = [.. gtins.Select(x => x.Key).Where(x => !before.Contains(x))];
        if (added.Length > 0 && await TakenBarcodeAsync(session, id, added, cancellation) is { } barcode) return (null, barcode);

        var categorySlug = Catalog.Slug.Of(category);
        var known = await session.LoadAsync<Category>(category, cancellation);
        if (known is null)
        {
            var named = await session.Query<Category>().Where(x => x.Id == categorySlug || x.Name == category).OrderBy(x => x.Id)
                .ToListAsync(cancellation);
            if (named.Count > 1) return (null, CategoryAmbiguous(category, [.. named.Select(x => x.Id)]));
            known = named is [var only] ? only : null;
        }

        return (
            new(
                slug ?? await FreeSlugAsync(session, id, name, cancellation),
                known ?? new() { Id = categorySlug, Name = category, Position = int.MaxValue },
                known is null),
            null);
    }

    internal static ProblemDetails SlugTaken(string? slug = null) => Problem.Conflict("product.slug_taken", "The slug is taken",
        slug is null
            ? "Another product has this slug: choose another one."
            : $"Another product has the slug '{slug}': choose another one.");

    internal static ProblemDetails SkuTaken(string? sku = null) =>
        Problem.Conflict("product.sku_taken", "The SKU is taken", $"{sku ?? "One of the SKUs"} is another product's SKU.");

    private static ProblemDetails CategoryAmbiguous(string name, string[] slugs)
    {
        var problem = Problem.Conflict("category.ambiguous", "Several categories have the name",
            $"Several categories are named '{name}': send the slug of one of them ({string.Join(", ", slugs)}).");
        problem.Extensions["slugs"] = slugs;
        return problem;
    }

    private static async Task<ProblemDetails?> TakenBarcodeAsync(
        IDocumentSession session, Guid id, string[] gtins, CancellationToken cancellation)
    {
        var taken = await session.AdvancedSql.QueryAsync<string>(
            "select sku from commerce.variant where gtin = any (?) and product_id <> ? order by sku limit 1", cancellation, gtins, id);
        return taken is [var sku]
            ? Problem.Conflict("product.barcode_taken", "The barcode is taken", $"{sku}, of another product, has one of the barcodes.")
            : null;
    }

    private static async Task<string> FreeSlugAsync(IDocumentSession session, Guid id, string name, CancellationToken cancellation)
    {
        var wanted = Catalog.Slug.Of(name) is { Length: > 0 } written ? written : Nameless;
        var taken = await session.AdvancedSql.QueryAsync<string>(
            "select slug from commerce.mt_doc_product where starts_with(slug, ?) and id <> ?", cancellation,
            Catalog.Slug.Cut(wanted, LongestRoot), id);
        var all = taken.ToHashSet(StringComparer.Ordinal);
        // The fallback slug always gets a number.
        if (wanted == Nameless) all.Add(Nameless);
        return Catalog.Slug.FirstFree(wanted, all);
    }

    /// <summary>The SKUs that another product has, or keeps for its orders. Call it under the catalogue lock.</summary>
    internal static Task<IReadOnlyList<string>> TakenSkusAsync(
        IDocumentSession session, Guid id, string[] skus, CancellationToken cancellation) =>
        session.AdvancedSql.QueryAsync<string>(
            """
            select sku from commerce.stock where sku = any (?) and (not closed or kept_for <> ?)
            union select sku from commerce.variant where sku = any (?) and product_id <> ?
            order by sku
            """, cancellation, skus, id, skus, id);
}
