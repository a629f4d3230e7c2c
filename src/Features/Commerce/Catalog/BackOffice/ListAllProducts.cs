using System.Text.RegularExpressions;
using Aarya.Features.Commerce.Inventory;
using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>The lowest and the highest price of a product's variants.</summary>
public sealed record PriceRange(Money From, Money To);

/// <summary>A product in the list for staff.</summary>
/// <param name="Variants">The number of variants.</param>
/// <param name="OnHand">Pieces in stock of all its variants; <paramref name="Available"/> are not reserved.</param>
public sealed record ProductLine(
    Guid Id, string Slug, string Name, string Category, ProductStatus Status, string Image, PriceRange PriceRange,
    int Variants, int OnHand, int Reserved, int Available, DateTimeOffset UpdatedAt, string Etag)
{
    public static ProductLine Of(ProductOnSale x)
    {
        var levels = x.Product.Variants.Select(y => x.Stock.GetValueOrDefault(y.Sku)).OfType<StockLevel>().ToList();
        return new(
            x.Product.Id, x.Product.Slug, x.Product.Name, x.Product.Category, x.Product.Status,
            x.Product.Images is [var first, ..] ? first : "",
            new(x.Product.Variants.MinBy(y => y.Price.Minor)!.Price, x.Product.Variants.MaxBy(y => y.Price.Minor)!.Price),
            x.Product.Variants.Count, levels.Sum(y => y.OnHand), levels.Sum(y => y.Reserved), levels.Sum(y => y.Available),
            x.Product.UpdatedAt, ProductTag.Of(x.Product));
    }
}

public sealed record ProductLines(IReadOnlyList<ProductLine> Items, string? NextCursor);

/// <summary>
/// All products, on sale or not, the last changed first; archived ones only with <c>status=archived</c>. <c>search</c> matches a part of a
/// name, slug or SKU, ignoring case, or a whole id; <c>inStock</c> filters by availability; <c>lowStock</c> finds products with a variant
/// of which at most that many pieces are available.
/// </summary>
[Authorize("support or merchandiser")]
public static partial class ListAllProductsEndpoint
{
    public const int LargestPage = 100;
    private const int LongestSearch = 200;

    private const string Status =
        "coalesce(d.data ->> 'stage', "
        + "case when d.published then 'Published' when d.data ->> 'revision' = '1' then 'Draft' else 'Withdrawn' end)";

    private const string Updated = "coalesce((d.data ->> 'changedAt')::timestamptz, d.published_at)";

    private const string AvailableStock =
        "select from commerce.variant v join commerce.stock s using (sku) where v.product_id = d.id and s.on_hand - s.reserved";

    public static ProblemDetails Validate(string? search = null, int? lowStock = null, int limit = 50, string? cursor = null)
    {
        if (lowStock < 0) return Problem.Invalid("lowStock", "must not be negative.");
        if (search?.Length > LongestSearch) return Problem.Invalid("search", $"must have at most {LongestSearch} characters.");
        return PageCursor.Validate(limit, LargestPage, cursor);
    }

    [WolverineGet("/api/admin/products")]
    public static async Task<ProductLines> Get(
        IQuerySession session, CancellationToken cancellation,
        string? search = null, ProductStatus? status = null, string? category = null, bool? inStock = null, int? lowStock = null,
        int limit = 50, string? cursor = null)
    {
        var asked = new Asked();
        if (status is { } wanted) asked.And($"{Status} = ?", $"{wanted}");
        else asked.And($"{Status} <> ?", $"{ProductStatus.Archived}");
        if (!string.IsNullOrWhiteSpace(category)) asked.And("(d.category = ? or d.category = ?)", category.Trim(), Slug.Of(category));
        if (inStock is { } there) asked.And($"{(there ? "" : "not ")}exists ({AvailableStock} > 0)");
        if (lowStock is { } most) asked.And($"exists ({AvailableStock} <= ?)", most);
        if (!string.IsNullOrWhiteSpace(search)) Search(asked, PersonText.Compose(search));
        if (PageCursor.Parse(cursor) is { } after)
            asked.And($"({Updated}, d.id) < (?, ?)", after.At, after.Id);

        var products = await session.QueryAsync<Product>(
            $"where {asked.Sql} order by {Updated} desc, d.id desc limit {limit + 1}", cancellation, [.. asked.Values]);
        var found = await Catalogue.WithStockAsync(session, products, cancellation);
        return new(
            [.. found.Take(limit).Select(ProductLine.Of)],
            found.Count > limit ? new PageCursor(products[limit - 1].UpdatedAt, products[limit - 1].Id).ToString() : null);
    }

    // A slug is the name in ASCII letters, so that the search by slug finds a name in any script.
    private static void Search(Asked asked, string search) => asked.And(
        """
        (lower(d.data ->> 'name') like ? or d.slug like ? or d.id::text = ?
          or exists (select from jsonb_array_elements(d.data -> 'variants') as variant where variant ->> 'sku' like ?))
        """,
        Part(search.ToLowerInvariant()), Slug.Of(search) is { Length: > 0 } slug ? Part(slug) : "",
        search.ToLowerInvariant(), Part(search.ToUpperInvariant()));

    private static string Part(string text) => $"%{Special().Replace(text, @"\$0")}%";

    [GeneratedRegex(@"[\\%_]")]
    private static partial Regex Special();

    private sealed class Asked
    {
        private readonly List<string> conditions = [];

        public List<object> Values { get; } = [];

        public string Sql => string.Join(" and ", conditions);

        public void And(string condition, params object[] values)
        {
            conditions.Add(condition);
            Values.AddRange(values);
        }
    }
}
