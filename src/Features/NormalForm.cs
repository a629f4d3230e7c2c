using System.Globalization;
using System.Text;

namespace Aarya.Features;

/// <summary>
/// Unicode normalization of untrusted text: it accepts every text, in time linear in its length. Nothing else in the program calls
/// <see cref="string.Normalize()"/>, which refuses texts that have no normal form and takes time quadratic in the number of consecutive
/// marks.
/// </summary>
public static class NormalForm
{
    // The Stream-Safe Text Format (Unicode Standard Annex #15, section 13): no language puts more marks on one letter.
    private const int MostMarks = 30;

    private const char NoCharacter = '\uFFFE';

    /// <summary>
    /// The text in this form. Half a surrogate pair and U+FFFE become U+FFFD; marks beyond thirty on one letter are dropped.
    /// </summary>
    public static string Of(string text, NormalizationForm form = NormalizationForm.FormC) => Safe(text).Normalize(form);

    /// <summary>Whether the whole text has a normal form, so that <see cref="Of"/> neither drops nor replaces a character.</summary>
    public static bool Has(string text) => ReferenceEquals(Safe(text), text);

    // Returns the same object when nothing has to be dropped or replaced.
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
