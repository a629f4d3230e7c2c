using System.Globalization;
using System.Text;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Inventory.BackOffice;
using Aarya.Features.Commerce.Taxation;
using FluentValidation;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>One size and colour of a product.</summary>
/// <param name="Stock">The opening stock of a new SKU.</param>
/// <param name="Image">An https URL or a path of this shop; the product's first image when absent.</param>
/// <param name="Barcode">The GTIN of its label: 8, 12, 13 or 14 digits, of no other variant; unchanged if absent, none if empty.</param>
public sealed record NewVariant(
    string Sku, VariantOptions Options, Money Price, Money? CompareAtPrice = null, int Stock = 0, string? Image = null,
    string? Barcode = null)
{
    /// <param name="before">The variants of the product until now.</param>
    internal Variant ToVariant(IReadOnlyList<Variant> before) => new(
        Sku, PersonText.Compose(Options.Size), PersonText.Compose(Options.Colour), Price, CompareAtPrice, Image ?? "",
        Barcode ?? before.FirstOrDefault(x => x.Sku == Sku)?.Barcode ?? "");
}

/// <summary>The fields of a product that staff enter to create or edit it.</summary>
public interface IProductEntry
{
    string Name { get; }

    string Description { get; }

    string Category { get; }

    IReadOnlyList<NewVariant> Variants { get; }

    string? Slug { get; }

    IReadOnlyList<string>? Images { get; }

    string? HsnCode { get; }

    IReadOnlyList<string>? Materials { get; }
}

/// <summary>How texts of products are compared.</summary>
internal static class Texts
{
    /// <summary>A key that is equal for texts that a shopper reads as the same: case, spaces and Unicode composition are ignored.</summary>
    public static string Key(string text) => string.Concat(NormalForm.Of(text, NormalizationForm.FormKC).EnumerateRunes()
        .Where(x => !Rune.IsWhiteSpace(x) && Rune.GetUnicodeCategory(x) is not (UnicodeCategory.Format or UnicodeCategory.Control))
        .Select(x => Rune.ToLowerInvariant(Rune.ToUpperInvariant(x)).ToString()));
}

/// <summary>The rules for every product.</summary>
public abstract class ProductEntryRules<T> : AbstractValidator<T> where T : IProductEntry
{
    public const int MostVariants = 200;
    public const int MostImages = 12;
    private const int MostMaterials = 10;

    protected ProductEntryRules()
    {
        RuleFor(x => x.Name).NotEmpty().MaximumLength(120).OnlyWhatCanBeSeen();
        RuleFor(x => x.Name)
            .Must(x => x.EnumerateRunes().Any(y => Rune.IsLetterOrDigit(y) || Rune.GetUnicodeCategory(y) == UnicodeCategory.OtherSymbol))
            .When(x => x.Name is { Length: > 0 }).WithMessage("must contain a letter or digit.");
        RuleFor(x => x.Description).NotEmpty().MaximumLength(4_000).OnlyWhatCanBeSeen(inLines: true);
        RuleFor(x => x.Category).NotEmpty().MaximumLength(60).Must(x => Slug.Of(x ?? "-").Length > 0)
            .WithMessage("must contain a letter or digit.").OnlyWhatCanBeSeen();
        RuleFor(x => x.Slug).Must(x => Slug.IsValid(x!)).When(x => x.Slug is not null)
            .WithMessage($"must be words of lower-case letters and digits, joined by hyphens, of at most {Slug.Longest} characters.");
        RuleFor(x => x.Images).Must(x => x!.Count <= MostImages).When(x => x.Images is not null)
            .WithMessage($"must have at most {MostImages} images.");
        RuleForEach(x => x.Images).Must(ImageAddress.IsOne).When(x => x.Images is not null)
            .WithMessage(ImageAddress.Expected);
        RuleFor(x => x.HsnCode).Must(GoodsAndServicesTax.Knows).When(x => x.HsnCode is not null)
            .WithMessage("must be an HSN code of 2, 4, 6 or 8 digits with a known tax rate, such as 6109.");
        RuleFor(x => x.Materials).Must(x => x!.Count <= MostMaterials).WithMessage($"must have at most {MostMaterials} materials.")
            .Must(x => x!.DistinctBy(y => Texts.Key(y ?? "")).Count() == x!.Count).WithMessage("must not repeat a material.")
            .When(x => x.Materials is not null);
        RuleForEach(x => x.Materials).NotEmpty().MaximumLength(40).Legible().When(x => x.Materials is { Count: <= MostMaterials });
        RuleFor(x => x.Variants).Cascade(CascadeMode.Stop).NotEmpty()
            .Must(x => x.Count <= MostVariants).WithMessage($"must have 1 to {MostVariants} variants.")
            .Must(x => x.DistinctBy(y => y?.Sku).Count() == x.Count).WithMessage("must not repeat a SKU.")
            .Must(x => x.Select(y => Variant.GtinOf(y?.Barcode)).OfType<string>().GroupBy(y => y).All(y => y.Count() == 1))
            .WithMessage("must not repeat a barcode.")
            .Custom(EachOnce);
        RuleForEach(x => x.Variants).NotNull().SetValidator(new VariantValidator()).When(x => x.Variants is { Count: <= MostVariants });
    }

    // A shopper chooses by size and colour: two variants with the same size and colour would be ambiguous.
    private static void EachOnce(IReadOnlyList<NewVariant> variants, ValidationContext<T> context)
    {
        Dictionary<(string, string), int> seen = [];
        for (var i = 0; i < variants.Count; i++)
        {
            if (variants[i]?.Options is not { Size: { } size, Colour: { } colour }) continue;
            if (seen.TryAdd((Texts.Key(size), Texts.Key(colour)), i)) continue;
            context.AddFailure(
                string.Create(CultureInfo.InvariantCulture, $"Variants[{i}].Options"),
                $"must differ from {variants[seen[(Texts.Key(size), Texts.Key(colour))]].Sku}, which has this size and colour.");
        }
    }

    private sealed class VariantValidator : AbstractValidator<NewVariant>
    {
        public VariantValidator()
        {
            RuleFor(x => x.Sku).NotEmpty().Matches(@"^[A-Z0-9][A-Z0-9._-]{0,63}\z")
                .WithMessage("must be 1 to 64 capital letters, digits, dots, hyphens and underscores.");
            RuleFor(x => x.Options).NotNull().ChildRules(x =>
            {
                x.RuleFor(y => y.Size).NotEmpty().MaximumLength(40).Legible();
                x.RuleFor(y => y.Colour).NotEmpty().MaximumLength(40).Legible();
            });
            RuleFor(x => x.Price).Must(x => x.Minor is > 0 and <= Dearest && x.Currency == Money.Inr)
                .WithMessage("must be greater than zero, in INR.");
            RuleFor(x => x.CompareAtPrice)
                .Must((x, y) => y!.Value.Minor > x.Price.Minor && y.Value.Minor <= Dearest && y.Value.Currency == Money.Inr)
                .When(x => x.CompareAtPrice is not null).WithMessage("must be higher than the price, in INR.");
            RuleFor(x => x.Stock).InclusiveBetween(0, AdjustStock.Most);
            RuleFor(x => x.Image).Must(ImageAddress.IsOne).When(x => x.Image is not null)
                .WithMessage(ImageAddress.Expected);
            RuleFor(x => x.Barcode).Must(IsGtin!).When(x => x.Barcode is { Length: > 0 })
                .WithMessage("must be a GTIN of 8, 12, 13 or 14 digits with its check digit.");
        }

        // The digits count 3 and 1 in turn from the right, the check digit 1; the sum is a multiple of ten (GS1 General Specifications).
        private static bool IsGtin(string barcode) => barcode.Length is 8 or 12 or 13 or 14 && barcode.All(char.IsAsciiDigit)
            && barcode.Reverse().Select((x, i) => (x - '0') * (i % 2 == 0 ? 1 : 3)).Sum() % 10 == 0;

        private const long Dearest = 100_000_000_00;
    }
}
