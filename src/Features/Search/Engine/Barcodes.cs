using System.Diagnostics.CodeAnalysis;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// Barcodes (GTIN of 8, 12, 13 or 14 digits) as words of the index. They are found whole only: many of one company begin alike, so their
/// beginnings say nothing.
/// </summary>
internal static class Barcodes
{
    // For private use in Unicode: no word contains it, so that no other text is the beginning of a barcode.
    private const char Mark = '\uE000';

    private const int Digits = 14;

    /// <summary>
    /// The word of a barcode, the same with and without leading zeros (a UPC-A is an EAN-13 without its first zero); false for any other
    /// text.
    /// </summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? word)
    {
        word = text.Length is 8 or 12 or 13 or Digits && text.All(char.IsAsciiDigit) ? Mark + text.PadLeft(Digits, '0') : null;
        return word is not null;
    }
}
