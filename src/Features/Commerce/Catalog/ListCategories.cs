using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Catalog;

public sealed record CategoryView(string Slug, string Name, int Products);

public sealed record CategoryPage(IReadOnlyList<CategoryView> Items);

/// <summary>The categories of the shop, with the number of products on sale in each.</summary>
public static class ListCategoriesEndpoint
{
    [WolverineGet("/api/categories")]
    [ProducesResponseType<CategoryPage>(StatusCodes.Status200OK), ProducesResponseType(StatusCodes.Status304NotModified)]
    public static async Task<IResult> Get(ProductAnswers answers) => (await answers.CategoriesAsync())!;
}
