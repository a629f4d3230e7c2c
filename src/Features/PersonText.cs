using System.Globalization;
using System.Text;
using FluentValidation;

namespace Aarya.Features;

/// <summary>
/// One line of text that a person typed or that describes a person: names, addresses, reasons. Every script and emoji is allowed;
/// characters that are invisible or change the reading direction of the text around them are refused by Unicode category.
/// </summary>
/// <remarks>
/// Refused are controls (Cc, including line breaks), line and paragraph separators (Zl, Zp), half surrogate pairs (Cs), private use (Co),
/// unassigned code points (Cn), and format characters (Cf, including the bidi controls) except those that words need: ZERO WIDTH JOINER and
/// NON-JOINER (Unicode Standard, section 23.2: Sinhala, Kannada, Malayalam, Persian and emoji are written with them), and the tags of a
/// flag, after U+1F3F4 and ended by U+E007F (UTS #51 section C.1). Also refused are variation selectors that select nothing, marks without
/// a glyph, and more than thirty marks on one letter.
/// </remarks>
public static class PersonText
{
    public const string Characters = "must not contain line breaks, control characters, or characters that cannot be seen.";
    public const string CharactersInLines = "must not contain control characters, or characters that cannot be seen.";
    public const string Empty = "must not be empty.";

    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;
    private const int FirstIdeograph = 0x2E80;
    private const char Keycap = '\u20E3';
    private const int BlackFlag = 0x1F3F4;
    private const int FirstTag = 0xE0020;
    private const int LastTag = 0xE007E;
    private const int CancelTag = 0xE007F;

    /// <summary>How a text is stored and returned: composed (Unicode NFC), without surrounding space.</summary>
    public static string Compose(string text) => NormalForm.Of(text).Trim();

    /// <summary>The same for a text that may be absent: null when it has no visible character.</summary>
    public static string? ComposeOrNull(string? text) => IsEmpty(text) ? null : Compose(text!);

    /// <summary>
    /// The length that limits apply to: Unicode code points after composition, as JSON Schema's <c>maxLength</c> counts them.
    /// </summary>
    public static int Length(string text) => Compose(text).EnumerateRunes().Count();

    /// <summary>
    /// Whether the text has no visible character: no letter, digit, sign or symbol, only spaces, joiners, marks and fillers.
    /// </summary>
    public static bool IsEmpty(string? text) => text is null || !text.EnumerateRunes().Any(IsSeen);

    /// <summary>Whether the text has only characters that a line of text may contain.</summary>
    public static bool IsReadable(string text)
    {
        if (!NormalForm.Has(text)) return false;
        // A text without visible characters counts as absent: selectors and marks in it hide nothing.
        var (inFlag, before, isSeen) = (false, default(Rune), !IsEmpty(text));
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var used) != System.Buffers.OperationStatus.Done) return false;
            rest = rest[used..];
            if (inFlag && rune.Value is >= FirstTag and <= CancelTag)
            {
                inFlag = rune.Value != CancelTag;
                continue;
            }

            if (inFlag || !IsReadable(rune) || (isSeen && Hides(rune, before, rest))) return false;
            before = rune;
            inFlag = rune.Value == BlackFlag && Rune.DecodeFromUtf16(rest, out var next, out _) == System.Buffers.OperationStatus.Done
                && next.Value is >= FirstTag and <= LastTag;
        }

        return !inFlag;
    }

    /// <summary>The same for a text of several lines: line breaks and tabs are allowed too.</summary>
    public static bool IsReadableInLines(string text) => text.Split('\r', '\n', '\t').All(IsReadable);

    /// <summary>What is wrong with a text, in words that follow the field's name; null when nothing is.</summary>
    /// <param name="most">In code points, after composition.</param>
    public static string? FaultOf(string? text, int most) =>
        IsEmpty(text) && (text is null || IsReadable(text)) ? Empty : FaultOfOptional(text, most);

    /// <summary>The same for a text that may be absent or empty.</summary>
    public static string? FaultOfOptional(string? text, int most)
    {
        if (text is null) return null;
        if (!IsReadable(text)) return Characters;
        return Length(text) > most ? $"must have at most {most} characters." : null;
    }

    /// <summary>A required text with a maximum length in code points.</summary>
    public static IRuleBuilderOptions<T, string> TextOfAPerson<T>(this IRuleBuilder<T, string> rule, int most) =>
        rule.Must(x => FaultOf(x, most) is null).WithMessage((_, x) => FaultOf(x, most)!);

    /// <summary>A text of visible characters only; with <paramref name="inLines"/> also of line breaks and tabs.</summary>
    public static IRuleBuilderOptions<T, string?> OnlyWhatCanBeSeen<T>(this IRuleBuilder<T, string?> rule, bool inLines = false) =>
        rule.Must(x => x is null || (inLines ? IsReadableInLines(x) : IsReadable(x))).WithMessage(inLines ? CharactersInLines : Characters);

    /// <summary>
    /// A word that is compared without its invisible characters, such as a colour: it must have a visible character and no control or bidi
    /// character.
    /// </summary>
    public static IRuleBuilderOptions<T, string?> Legible<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(x => string.IsNullOrEmpty(x) || (!IsEmpty(x) && IsReadable(x.Replace("\u200B", "", StringComparison.Ordinal))))
            .WithMessage(Characters);

    /// <summary>A text that may be null or empty.</summary>
    public static IRuleBuilderOptions<T, string?> OptionalTextOfAPerson<T>(this IRuleBuilder<T, string?> rule, int most) =>
        rule.Must(x => FaultOfOptional(x, most) is null).WithMessage((_, x) => FaultOfOptional(x, most)!);

    private static bool IsReadable(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => false,
        UnicodeCategory.Format => rune.Value is Joiner or NonJoiner,
        _ => true,
    };

    // The grapheme joiner and two obsolete Khmer vowels are marks by category, but have no glyph.
    private static bool Hides(Rune rune, Rune before, ReadOnlySpan<char> rest) =>
        rune.Value is 0x034F or 0x17B4 or 0x17B5 || (IsSelector(rune) && !Selects(before, rest));

    private static bool IsSelector(Rune rune) =>
        rune.Value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) or (>= 0x180B and <= 0x180D) or 0x180F;

    // A variation selector sets how the sign before it is drawn (Unicode Standard, section 23.4): a symbol, an ideograph, a letter of
    // Mongolian or Myanmar, or the digit of a keycap. Anywhere else it has no effect and is invisible.
    private static bool Selects(Rune before, ReadOnlySpan<char> rest)
    {
        if (before.IsAscii) return rest is [Keycap, ..] && (Rune.IsDigit(before) || before.Value is '#' or '*');
        return Rune.GetUnicodeCategory(before) switch
        {
            UnicodeCategory.OtherLetter => before.Value is >= FirstIdeograph or (>= 0x1800 and <= 0x18AF) or (>= 0x1000 and <= 0x109F),
            // The information sign is a letter by category.
            UnicodeCategory.LowercaseLetter => before.Value == 0x2139,
            UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol or UnicodeCategory.ModifierSymbol => true,
            UnicodeCategory.OtherPunctuation or UnicodeCategory.DashPunctuation => true,
            _ => false,
        };
    }

    private static bool IsSeen(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Control or UnicodeCategory.Format => false,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => false,
        // The Hangul fillers, the Braille blank and the null note are letters and symbols by category, but invisible.
        _ => rune.Value is not (0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0x1D159),
    };
}
