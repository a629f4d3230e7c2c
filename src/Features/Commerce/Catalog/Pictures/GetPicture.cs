using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>A product's picture, drawn by the shop itself.</summary>
public static class GetPictureEndpoint
{
    [WolverineGet("/media/products/{slug}.svg")]
    [ProducesResponseType<string>(StatusCodes.Status200OK, "image/svg+xml"), ProducesResponseType(StatusCodes.Status304NotModified)]
    public static Task<IResult> Get(string slug, Picture pictures, string? v = null) => Answer(pictures, slug, null, v);

    [WolverineGet("/media/products/{slug}/{colour}.svg")]
    [ProducesResponseType<string>(StatusCodes.Status200OK, "image/svg+xml"), ProducesResponseType(StatusCodes.Status304NotModified)]
    public static Task<IResult> GetInColour(string slug, string colour, Picture pictures, string? v = null) =>
        Answer(pictures, slug, colour, v);

    private static async Task<IResult> Answer(Picture pictures, string slug, string? colour, string? version) =>
        await pictures.FindAsync(slug, colour, version) is { } answer ? answer : Results.Problem(Problem.NotFound("picture"));
}
