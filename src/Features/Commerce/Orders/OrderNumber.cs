using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Aarya.Features.Commerce.Orders;

/// <summary>
/// An order number that can be read out over the telephone: <c>AA-</c>, six characters and a check character, from the alphabet without I,
/// L, O and U (Crockford's base 32). It is the order's sequence, scrambled so that consecutive numbers look unrelated and a shopper cannot
/// count the shop's orders; it is not a secret. The check character (Luhn mod 32) detects every single wrong character and nearly every
/// swap of neighbouring characters.
/// </summary>
public static class OrderNumber
{
    /// <summary>The last sequence: 2^30 - 1.</summary>
    public const long Last = (1L << (2 * HalfBits)) - 1;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const string Prefix = "AA-";
    private const int Characters = 6;
    private const int HalfBits = 15;
    private const uint HalfMask = (1u << HalfBits) - 1;

    public static string Of(long sequence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, Last);
        var (left, right) = ((uint)(sequence >> HalfBits), (uint)sequence & HalfMask);
        for (var round = 0; round < Rounds; round++) (left, right) = (right, left ^ Mix(right, round));
        var scrambled = ((ulong)left << HalfBits) | right;
        Span<char> text = stackalloc char[Characters];
        for (var i = Characters - 1; i >= 0; i--, scrambled >>= 5) text[i] = Alphabet[(int)(scrambled & 31)];
        return $"{Prefix}{text}{CheckOf(text)}";
    }

    /// <summary>
    /// The sequence of a number from <see cref="Of"/>, however it was typed: in small letters, with spaces or other dashes in it, without
    /// <c>AA-</c>, with O for 0 and I or L for 1.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? number, out long sequence)
    {
        sequence = 0;
        if (number is null || number.Length > LongestTyped) return false;
        Span<char> typed = stackalloc char[LongestTyped];
        if (Plain(number, typed) is not { Length: Characters + 1 } text) return false;
        ulong scrambled = 0;
        foreach (var character in text[..Characters])
        {
            var value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0) return false;
            scrambled = (scrambled << 5) | (uint)value;
        }

        if (text[Characters] != CheckOf(text[..Characters])) return false;
        var (left, right) = ((uint)(scrambled >> HalfBits), (uint)scrambled & HalfMask);
        for (var round = Rounds - 1; round >= 0; round--) (left, right) = (right ^ Mix(left, round), left);
        sequence = ((long)left << HalfBits) | right;
        return true;
    }

    private const int LongestTyped = 64;
    private const int Rounds = 4;

    // The characters after the prefix, as the alphabet spells them; Crockford's base 32 reads O as 0, and I and L as 1.
    private static ReadOnlySpan<char> Plain(string number, Span<char> into)
    {
        var length = 0;
        foreach (var character in number)
        {
            if (char.IsWhiteSpace(character)) continue;
            if (char.GetUnicodeCategory(character) is UnicodeCategory.DashPunctuation or UnicodeCategory.Format) continue;
            // Some keyboards type full-width forms.
            var plain = char.ToUpperInvariant(character is >= '\uFF01' and <= '\uFF5E' ? (char)(character - 0xFEE0) : character);
            into[length++] = plain switch { 'O' => '0', 'I' or 'L' => '1', _ => plain };
        }

        var text = into[..length];
        return text.Length > Characters + 1 && text is ['A', 'A', ..] ? text[2..] : text;
    }

    // A Feistel network is a permutation whatever its round function is: no two sequences share a number.
    private static uint Mix(uint half, int round) => ((half * 0x9E3779B1u) + ((uint)round * 0x85EBCA77u)) >> 13 & HalfMask;

    private static char CheckOf(ReadOnlySpan<char> text)
    {
        var (sum, factor) = (0, 2);
        for (var i = text.Length - 1; i >= 0; i--, factor = 3 - factor)
        {
            var addend = Alphabet.IndexOf(text[i], StringComparison.Ordinal) * factor;
            sum += (addend / 32) + (addend % 32);
        }

        return Alphabet[(32 - (sum % 32)) % 32];
    }
}
