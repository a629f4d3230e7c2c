using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Query;
using Aarya.Features.Search.Recommendations;
using Aarya.Infrastructure.Grpc;
using Aarya.Protos.Search;
using Grpc.Core;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Features.Search;

/// <summary>The Search context as other contexts see it; see protos/search.proto. An empty text or 0 means no filter.</summary>
public sealed class SearchService(ISearchEngine engine, SalesFlag sales, Recommender recommender) : Protos.Search.Search.SearchBase
{
    public override async Task<ProductResults> SearchProducts(SearchProductsRequest request, ServerCallContext context)
    {
        SearchSort? sort = request.Sort switch
        {
            "" => null,
            "relevance" => SearchSort.Relevance,
            "price_asc" => SearchSort.PriceAsc,
            "price_desc" => SearchSort.PriceDesc,
            "newest" => SearchSort.Newest,
            "bestselling" => SearchSort.Bestselling,
            "discount" => SearchSort.Discount,
            _ => throw Refusal.Invalid("sort", "must be relevance, price_asc, price_desc, newest, bestselling or discount."),
        };
        if (request.Category.Concat(request.Size).Concat(request.Colour).Concat(request.Material).Concat(request.Facets)
            .Append(request.Query).Append(request.Cursor).Any(x => x.Contains('\0', StringComparison.Ordinal)))
            throw Refusal.Invalid("query", "must not contain NUL.");
        var (query, problem) = SearchQuery.From(
            request.Query, [.. request.Category], [.. request.Size], [.. request.Colour], request.MinPriceMinor,
            request.MaxPriceMinor == 0 ? null : request.MaxPriceMinor,
            request.InStock, sort, request.Cursor, request.Limit == 0 ? null : request.Limit, [.. request.Material],
            request.MinDiscount == 0 ? null : request.MinDiscount, [.. request.Facets]);
        if (query is null) throw Refused(problem);

        // The request names no caller.
        query = query with
        {
            Highlights = request.Highlights,
            RanksBySales = await sales.IsOnAsync(query, null, context.CancellationToken),
        };
        var page = await engine.SearchAsync(query, context.CancellationToken);
        var results = new ProductResults
        {
            Total = page.Total,
            NextCursor = page.NextCursor ?? "",
            DidYouMean = page.DidYouMean ?? "",
            Degraded = page.Degraded,
        };
        if (page.Redirect is { } redirect)
            results.Redirect = redirect.Category is { } category ? new() { Category = category } : new() { Path = redirect.Path };
        results.Items.AddRange(page.Items.Select(ToWire));
        results.IgnoredWords.AddRange(page.IgnoredWords);
        foreach (var facet in page.Facets)
        {
            var wire = new Protos.Search.Facet { Name = facet.Name };
            wire.Values.AddRange(facet.Values.Select(x => new Protos.Search.FacetValue { Value = x.Value, Count = x.Count }));
            results.Facets.Add(wire);
        }

        return results;
    }

    public override async Task<Protos.Search.RecommendedProducts> GetRecommendations(GetRecommendationsRequest request,
        ServerCallContext context)
    {
        Guid? user = request.UserId.Length == 0 ? null : Refusal.UnlessUuid(request.UserId, "user_id");
        if (request.Limit is < 0 or > GetRecommendationsEndpoint.Most)
            throw Refusal.Invalid("limit", $"must be from 1 to {GetRecommendationsEndpoint.Most}, or 0 for 12.");
        var found = await recommender.ForAsync(user, request.Limit == 0 ? 12 : request.Limit, context.CancellationToken);
        return new() { Items = { found.Select(ToWire) } };
    }

    private static Refusal Refused(ProblemDetails problem)
    {
        var (field, messages) = ((Dictionary<string, string[]>)problem.Extensions["errors"]!).First();
        return Refusal.Invalid(field switch
        {
            "q" => "query",
            "minPrice" => "min_price_minor",
            "maxPrice" => "max_price_minor",
            "minDiscount" => "min_discount",
            _ => field,
        }, messages[0]);
    }

    private static Protos.Search.ProductHit ToWire(Recommendation x)
    {
        var wire = ToWire(new Engine.ProductHit(x.Id, x.Slug, x.Name, x.Category, x.Price, x.CompareAtPrice, x.Image, x.InStock));
        wire.Because = new()
        {
            Kind = x.Because.Kind switch
            {
                ReasonKind.BoughtTogether => Protos.Search.Reason.Types.Kind.BoughtTogether,
                ReasonKind.Related => Protos.Search.Reason.Types.Kind.Related,
                ReasonKind.Trending => Protos.Search.Reason.Types.Kind.Trending,
                ReasonKind.Viewed => Protos.Search.Reason.Types.Kind.Viewed,
                _ => Protos.Search.Reason.Types.Kind.New,
            },
            ProductId = x.Because.ProductId?.ToString() ?? "",
            ProductName = x.Because.ProductName ?? "",
        };
        return wire;
    }

    private static Protos.Search.ProductHit ToWire(Engine.ProductHit x) => new()
    {
        Id = x.Id.ToString(),
        Slug = x.Slug,
        Name = x.Name,
        Category = x.Category,
        Price = x.Price.ToProto(),
        CompareAtPrice = x.CompareAtPrice?.ToProto(),
        NameMatches = { (x.NameMatches ?? []).Select(y => new Protos.Search.TextPart { Start = y.Start, Length = y.Length }) },
        Image = x.Image ?? "",
        InStock = x.InStock,
    };
}
