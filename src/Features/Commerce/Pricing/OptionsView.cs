namespace Aarya.Features.Commerce.Pricing;

/// <summary>What a shopper chose of a product.</summary>
public sealed record OptionsView(string Size, string Colour);
