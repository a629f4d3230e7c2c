using System.Globalization;
using System.Text;

namespace Aarya.Features;

/// <summary>
/// Unicode normalization of what strangers typed: it takes every text, and costs no more than the text is long. Nothing else in the program
/// calls <see cref="string.Normalize()"/>, which refuses texts that have no normal form, and takes a time that grows with the square of the
/// marks that stand behind each other.
/// </summary>
public static class NormalForm
{
    // The Stream-Safe Text Format (Unicode Standard Annex #15, section 13): no language puts more on one letter.
    private const int MostMarks = 30;

    private const char NoCharacter = '\uFFFE';

    /// <summary>The text in this form. Half a surrogate pair and U+FFFE become U+FFFD; marks beyond thirty on one letter go.</summary>
    public static string Of(string text, NormalizationForm form = NormalizationForm.FormC) => Safe(text).Normalize(form);

    /// <summary>Whether all of the text has a normal form, so that <see cref="Of"/> takes nothing from it.</summary>
    public static bool Has(string text) => ReferenceEquals(Safe(text), text);

    // The same object where nothing has to go.
    private static string Safe(string text)
    {
        if (Ascii.IsValid(text)) return text;
        StringBuilder? safe = null;
        var marks = 0;
        for (var at = 0; at < text.Length;)
        {
            var isText = Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var used) == System.Buffers.OperationStatus.Done
                && rune.Value != NoCharacter;
            marks = IsMark(rune) ? marks + 1 : 0;
            if (isText && marks <= MostMarks) safe?.Append(text, at, used);
            else safe ??= new(text, 0, at, text.Length);
            if (!isText) safe!.Append('\uFFFD');
            at += used;
        }

        return safe?.ToString() ?? text;
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
