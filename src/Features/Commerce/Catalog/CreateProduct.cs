using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Taxation;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>One size and colour of a new product, and how many of it lie on the shelf.</summary>
public sealed record NewVariant(string Sku, VariantOptions Options, Money Price, Money? CompareAtPrice = null, int Stock = 0);

/// <summary>Puts a product into the catalogue, and unless told otherwise on sale. A category that is new is opened with it.</summary>
/// <param name="HsnCode">
/// What it is in the customs tariff, 2, 4, 6 or 8 digits: its tax follows from it. 62 (clothing, not knitted) when absent.
/// </param>
public sealed record CreateProduct(
    string Name, string Description, string Category, IReadOnlyList<NewVariant> Variants, string? Slug = null,
    IReadOnlyList<string>? Images = null, bool Publish = true, string? HsnCode = null)
{
    public const int MostVariants = 200;
    public const int MostImages = 12;

    public sealed class Validator : AbstractValidator<CreateProduct>
    {
        public Validator()
        {
            RuleFor(x => x.Name).NotEmpty().MaximumLength(120);
            RuleFor(x => x.Name).Must(x => Catalog.Slug.Of(x).Length > 0).When(x => x is { Slug: null, Name.Length: > 0 })
                .WithMessage("The name has no letter that an address could be made of: give a slug.");
            RuleFor(x => x.Description).NotEmpty().MaximumLength(4_000);
            RuleFor(x => x.Category).NotEmpty().MaximumLength(60).Must(x => Catalog.Slug.Of(x ?? "-").Length > 0).WithMessage("A category's name has letters or digits.");
            RuleFor(x => x.Slug).Must(x => Catalog.Slug.IsValid(x!)).When(x => x.Slug is not null)
                .WithMessage($"A slug is lower-case letters and digits, in words joined by hyphens, at most {Catalog.Slug.Longest} characters.");
            RuleFor(x => x.Images).Must(x => x!.Count <= MostImages).When(x => x.Images is not null).WithMessage($"At most {MostImages} images.");
            RuleForEach(x => x.Images).Must(IsImage).When(x => x.Images is not null).WithMessage("An image is an https address or a path of this shop.");
            RuleFor(x => x.HsnCode).Must(GoodsAndServicesTax.Knows).When(x => x.HsnCode is not null)
                .WithMessage("must be an HSN code of 2, 4, 6 or 8 digits that the shop knows the tax of, such as 6109.");
            RuleFor(x => x.Variants).Cascade(CascadeMode.Stop).NotEmpty()
                .Must(x => x.Count <= MostVariants).WithMessage($"A product has 1 to {MostVariants} variants.")
                .Must(x => x.DistinctBy(y => y?.Sku).Count() == x.Count).WithMessage("Every variant has a SKU of its own.");
            RuleForEach(x => x.Variants).NotNull().SetValidator(new VariantValidator()).When(x => x.Variants is { Count: <= MostVariants });
        }

        private static bool IsImage(string image) =>
            image.Length is > 0 and <= 500 && ((image[0] == '/' && !image.StartsWith("//", StringComparison.Ordinal)) || (Uri.TryCreate(image, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps));
    }

    private sealed class VariantValidator : AbstractValidator<NewVariant>
    {
        public VariantValidator()
        {
            RuleFor(x => x.Sku).NotEmpty().Matches("^[A-Z0-9][A-Z0-9._-]{0,63}$").WithMessage("A SKU is 1 to 64 capital letters, digits, dots, hyphens and underscores.");
            RuleFor(x => x.Options).NotNull().ChildRules(x =>
            {
                x.RuleFor(y => y.Size).NotEmpty().MaximumLength(40);
                x.RuleFor(y => y.Colour).NotEmpty().MaximumLength(40);
            });
            RuleFor(x => x.Price).Must(x => x.Minor is > 0 and <= Dearest && x.Currency == Money.Inr).WithMessage("A price is more than nothing, in INR.");
            RuleFor(x => x.CompareAtPrice).Must((x, y) => y!.Value.Minor > x.Price.Minor && y.Value.Minor <= Dearest && y.Value.Currency == Money.Inr)
                .When(x => x.CompareAtPrice is not null).WithMessage("The price to compare with is higher than the price, in INR.");
            RuleFor(x => x.Stock).InclusiveBetween(0, AdjustStock.Most);
        }

        private const long Dearest = 100_000_000_00;
    }
}

[Authorize("merchandiser")]
public static class CreateProductEndpoint
{
    public static async Task<(Category?, ProblemDetails)> LoadAsync(CreateProduct command, IDocumentSession session, CancellationToken cancellation)
    {
        var slug = SlugOf(command);
        if (await session.Query<Product>().AnyAsync(x => x.Slug == slug, cancellation))
            return (null, Problem.Conflict("product.slug_taken", "The address is taken", $"Another product is called '{slug}': give a slug of its own."));
        var taken = await session.AdvancedSql.QueryAsync<string>(
            "select sku from commerce.stock where sku = any (?) order by sku limit 1", cancellation, [command.Variants.Select(x => x.Sku).ToArray()]);
        if (taken is [var sku]) return (null, Problem.Conflict("product.sku_taken", "The SKU is taken", $"{sku} is another product's SKU."));
        return (await session.LoadAsync<Category>(Catalog.Slug.Of(command.Category), cancellation), WolverineContinue.NoProblems);
    }

    [Refuses(409, "product.slug_taken", "Another product has this slug: give one of its own.")]
    [Refuses(409, "product.sku_taken", "Another product has one of the SKUs; `detail` says which.")]
    [WolverinePost("/api/admin/products")]
    [ProducesResponseType<ProductView>(StatusCodes.Status201Created)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    public static (IResult, IMartenOp, IMartenOp, IMartenOp, AnnounceChanges) Post(CreateProduct command, Category? category, DateTimeOffset now)
    {
        var shelf = category ?? new Category { Id = Slug.Of(command.Category), Name = command.Category.Trim(), Position = int.MaxValue };
        var product = new Product
        {
            Id = Guid.CreateVersion7(now),
            Slug = SlugOf(command),
            Name = command.Name.Trim(),
            Description = command.Description.Trim(),
            Category = shelf.Id,
            HsnCode = command.HsnCode ?? GoodsAndServicesTax.UsualCode,
            Published = command.Publish,
            PublishedAt = now,
        };
        product.Dress(command.Variants.Select(x => new Variant(x.Sku, x.Options.Size, x.Options.Colour, x.Price, x.CompareAtPrice, "")), command.Images ?? []);
        var stock = command.Variants.ToDictionary(x => x.Sku, x => x.Stock);
        return (
            Results.Created($"/api/products/{product.Slug}", ProductView.Of(product, x => stock[x])),
            category is null ? MartenOps.Store(shelf) : MartenOps.Nothing(),
            new StoreProduct(product),
            new OpenShelves([.. command.Variants.Select(x => new StockLine(x.Sku, x.Stock))]),
            new());
    }

    private static string SlugOf(CreateProduct command) => command.Slug ?? Slug.Of(command.Name);
}
