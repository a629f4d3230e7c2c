using System.Globalization;
using System.Text;
using AnyAscii;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// Gives one spelling to texts that shoppers consider equal: compatibility forms, case, accents, ligatures, digits of every script.
/// </summary>
public static class Folding
{
    private const int ZeroWidthSpace = 0x200B;
    private const int Kashida = 0x0640;
    private const int SmallSigma = 0x03C3;
    private const int FinalSigma = 0x03C2;

    /// <summary>
    /// Normalized by NFKC, in lower case. Latin, Greek, Cyrillic, Arabic and Hebrew letters lose their marks and Latin ones become ASCII
    /// (<c>ß</c> is <c>ss</c>); the vowel signs of Indic scripts stay, because without them the word is a different one. Joiners, soft
    /// hyphens and other characters without a glyph are dropped; line breaks and controls become spaces.
    /// </summary>
    public static string Fold(string text)
    {
        var plain = new StringBuilder(text.Length);
        // A spacing accent decomposes into a space and a mark, and a trademark sign into letters: replacing both first keeps the words
        // intact.
        foreach (var rune in text.EnumerateRunes())
            plain.Append(IsApostrophe(rune.Value) ? "'" : rune.Value is 0x2122 or 0x2120 ? " " : rune.ToString());
        var folded = new StringBuilder(plain.Length);
        foreach (var rune in NormalForm.Of(plain.ToString(), NormalizationForm.FormKD).EnumerateRunes()) Append(folded, rune);
        return NormalForm.Of(folded.ToString());
    }

    private static void Append(StringBuilder folded, Rune rune)
    {
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.DecimalDigitNumber:
                folded.Append((int)Rune.GetNumericValue(rune));
                break;
            case UnicodeCategory.Control:
            case UnicodeCategory.Format when rune.Value == ZeroWidthSpace:
                folded.Append(' ');
                break;
            case UnicodeCategory.Format:
            case UnicodeCategory.EnclosingMark:
            case UnicodeCategory.NonSpacingMark when IsAccent(rune.Value):
            case UnicodeCategory.ModifierLetter when rune.Value == Kashida:
                break;
            default:
                AppendSmall(folded, Rune.ToLowerInvariant(rune));
                break;
        }
    }

    private static void AppendSmall(StringBuilder folded, Rune rune)
    {
        if (rune.IsAscii || !IsLatin(rune.Value))
        {
            folded.Append((rune.Value == FinalSigma ? new Rune(SmallSigma) : rune).ToString());
            return;
        }

        foreach (var c in rune.ToString().Transliterate())
        {
            if (char.IsAsciiLetter(c)) folded.Append(char.ToLowerInvariant(c));
        }
    }

    // The apostrophe as typed, as printed, as a letter, and the accents that are typed in its place.
    private static bool IsApostrophe(int c) =>
        c is '`' or 0x2018 or 0x2019 or 0x201B or 0x02BC or 0x02BB or 0x02BD or 0x2032 or 0x00B4 or 0xFF07;

    // Latin-1 to Extended-B, phonetic, and the additional and extended blocks; not the multiplication and division signs.
    private static bool IsLatin(int c) =>
        c is (>= 0x00C0 and <= 0x02AF and not 0x00D7 and not 0x00F7) or (>= 0x1D00 and <= 0x1DBF) or (>= 0x1E00 and <= 0x1EFF)
            or (>= 0x2C60 and <= 0x2C7F) or (>= 0xA722 and <= 0xA7FF) or (>= 0xAB30 and <= 0xAB6F);

    // Combining diacritics and their extensions, variation selectors, and the vowel points of Hebrew and Arabic, which may be left out.
    private static bool IsAccent(int c) =>
        c is (>= 0x0300 and <= 0x036F) or (>= 0x1AB0 and <= 0x1AFF) or (>= 0x1DC0 and <= 0x1DFF) or (>= 0x20D0 and <= 0x20FF)
            or (>= 0xFE20 and <= 0xFE2F) or (>= 0x0483 and <= 0x0487) or (>= 0x0591 and <= 0x05C7) or (>= 0x064B and <= 0x065F) or 0x0670
            or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
