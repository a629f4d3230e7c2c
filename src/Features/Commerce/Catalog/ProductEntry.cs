using System.Globalization;
using System.Text;
using Aarya.Features.Commerce.Inventory;
using FluentValidation;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>One size and colour of a product.</summary>
/// <param name="Stock">How many of a new SKU lie on the shelf.</param>
/// <param name="Image">An https address or a path of this shop; the product's first image unless given.</param>
public sealed record NewVariant(
    string Sku, VariantOptions Options, Money Price, Money? CompareAtPrice = null, int Stock = 0, string? Image = null)
{
    internal Variant ToVariant() => new(Sku, Texts.Spelt(Options.Size), Texts.Spelt(Options.Colour), Price, CompareAtPrice, Image ?? "");
}

/// <summary>What staff say of a product, when they make it and when they edit it.</summary>
public interface IProductEntry
{
    string Name { get; }

    string Description { get; }

    string Category { get; }

    IReadOnlyList<NewVariant> Variants { get; }

    string? Slug { get; }

    IReadOnlyList<string>? Images { get; }
}

/// <summary>How names and options are kept: composed (NFC), without spaces around.</summary>
internal static class Texts
{
    public static string Spelt(string text) => text.Normalize(NormalizationForm.FormC).Trim();

    /// <summary>
    /// What two texts have in common that a shopper reads as the same: case, spaces and the way letters are composed do not count.
    /// </summary>
    public static string Key(string text) => string.Concat(text.Normalize(NormalizationForm.FormKC).EnumerateRunes()
        .Where(x => !Rune.IsWhiteSpace(x) && Rune.GetUnicodeCategory(x) is not (UnicodeCategory.Format or UnicodeCategory.Control))
        .Select(x => Rune.ToLowerInvariant(Rune.ToUpperInvariant(x)).ToString()));
}

/// <summary>What is asked of every product.</summary>
public abstract class ProductEntryRules<T> : AbstractValidator<T> where T : IProductEntry
{
    public const int MostVariants = 200;
    public const int MostImages = 12;

    protected ProductEntryRules()
    {
        RuleFor(x => x.Name).NotEmpty().MaximumLength(120);
        RuleFor(x => x.Name)
            .Must(x => x.EnumerateRunes().Any(y => Rune.IsLetterOrDigit(y) || Rune.GetUnicodeCategory(y) == UnicodeCategory.OtherSymbol))
            .When(x => x.Name is { Length: > 0 }).WithMessage("A name has letters or digits.");
        RuleFor(x => x.Description).NotEmpty().MaximumLength(4_000);
        RuleFor(x => x.Category).NotEmpty().MaximumLength(60).Must(x => Slug.Of(x ?? "-").Length > 0)
            .WithMessage("A category's name has letters or digits.");
        RuleFor(x => x.Slug).Must(x => Slug.IsValid(x!)).When(x => x.Slug is not null)
            .WithMessage($"A slug is lower-case letters and digits, in words joined by hyphens, at most {Slug.Longest} characters.");
        RuleFor(x => x.Images).Must(x => x!.Count <= MostImages).When(x => x.Images is not null)
            .WithMessage($"At most {MostImages} images.");
        RuleForEach(x => x.Images).Must(IsImage).When(x => x.Images is not null)
            .WithMessage("An image is an https address or a path of this shop.");
        RuleFor(x => x.Variants).Cascade(CascadeMode.Stop).NotEmpty()
            .Must(x => x.Count <= MostVariants).WithMessage($"A product has 1 to {MostVariants} variants.")
            .Must(x => x.DistinctBy(y => y?.Sku).Count() == x.Count).WithMessage("Every variant has a SKU of its own.")
            .Custom(EachOnce);
        RuleForEach(x => x.Variants).NotNull().SetValidator(new VariantValidator()).When(x => x.Variants is { Count: <= MostVariants });
    }

    // A shopper chooses by size and colour: which of two is meant could not be told.
    private static void EachOnce(IReadOnlyList<NewVariant> variants, ValidationContext<T> context)
    {
        Dictionary<(string, string), int> seen = [];
        for (var i = 0; i < variants.Count; i++)
        {
            if (variants[i]?.Options is not { Size: { } size, Colour: { } colour }) continue;
            if (seen.TryAdd((Texts.Key(size), Texts.Key(colour)), i)) continue;
            context.AddFailure(
                string.Create(CultureInfo.InvariantCulture, $"Variants[{i}].Options"),
                $"{variants[seen[(Texts.Key(size), Texts.Key(colour))]].Sku} is this size and colour already.");
        }
    }

    private static bool IsImage(string? image) =>
        image is { Length: > 0 and <= 500 } && ((image[0] == '/' && !image.StartsWith("//", StringComparison.Ordinal))
            || (Uri.TryCreate(image, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps));

    private sealed class VariantValidator : AbstractValidator<NewVariant>
    {
        public VariantValidator()
        {
            RuleFor(x => x.Sku).NotEmpty().Matches(@"^[A-Z0-9][A-Z0-9._-]{0,63}\z")
                .WithMessage("A SKU is 1 to 64 capital letters, digits, dots, hyphens and underscores.");
            RuleFor(x => x.Options).NotNull().ChildRules(x =>
            {
                x.RuleFor(y => y.Size).NotEmpty().MaximumLength(40);
                x.RuleFor(y => y.Colour).NotEmpty().MaximumLength(40);
            });
            RuleFor(x => x.Price).Must(x => x.Minor is > 0 and <= Dearest && x.Currency == Money.Inr)
                .WithMessage("A price is more than nothing, in INR.");
            RuleFor(x => x.CompareAtPrice)
                .Must((x, y) => y!.Value.Minor > x.Price.Minor && y.Value.Minor <= Dearest && y.Value.Currency == Money.Inr)
                .When(x => x.CompareAtPrice is not null).WithMessage("The price to compare with is higher than the price, in INR.");
            RuleFor(x => x.Stock).InclusiveBetween(0, AdjustStock.Most);
            RuleFor(x => x.Image).Must(IsImage).When(x => x.Image is not null)
                .WithMessage("An image is an https address or a path of this shop.");
        }

        private const long Dearest = 100_000_000_00;
    }
}
