using System.Globalization;
using System.Text;

namespace Aarya.Features.Commerce.Orders;

/// <summary>The words of a person's name, as they are searched for: case, joiners and Unicode composition are ignored.</summary>
internal static class NameWords
{
    public static IReadOnlyList<string> Of(string name)
    {
        List<string> words = [];
        StringBuilder word = new();
        foreach (var rune in NormalForm.Of(name, NormalizationForm.FormKC).EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Format || rune.Value is '\'' or '’') continue;
            if (IsOfAWord(rune, category)) word.Append(Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)));
            else End();
        }

        End();
        return [.. words.Distinct(StringComparer.Ordinal)];

        void End()
        {
            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
        }
    }

    // Marks are vowels in many scripts; a symbol such as an emoji may be a name too.
    private static bool IsOfAWord(Rune rune, UnicodeCategory category) => Rune.IsLetterOrDigit(rune)
        || category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.OtherSymbol;
}
