using System.Diagnostics.CodeAnalysis;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>
/// The number that a shopper reads over the telephone: <c>AA-</c>, six characters and a check character, of the alphabet
/// without I, L, O and U (Crockford's base 32). It is the order's sequence, scrambled so that neighbours look unrelated and
/// a shopper can't count the shop's orders; it protects nothing. The check character (Luhn mod 32) finds every single wrong
/// character and nearly every swap of neighbours.
/// </summary>
public static class OrderNumber
{
    /// <summary>Sequences end here: 2^30 - 1.</summary>
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

    /// <summary>A number as it is kept, however it was typed: <c>aa 7k2m9q4</c> is <c>AA-7K2M9Q4</c>; what is none stays none.</summary>
    public static string Spelt(string typed)
    {
        var characters = string.Concat(typed.Where(char.IsLetterOrDigit)).ToUpperInvariant();
        return characters.StartsWith("AA", StringComparison.Ordinal) ? $"{Prefix}{characters[2..]}" : $"{Prefix}{characters}";
    }

    /// <summary>The sequence behind a number as <see cref="Of"/> gives it, in capitals or not.</summary>
    public static bool TryParse([NotNullWhen(true)] string? number, out long sequence)
    {
        sequence = 0;
        if (number is null || number.Length != Prefix.Length + Characters + 1 || !number.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return false;
        var text = number.ToUpperInvariant().AsSpan(Prefix.Length);
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

    private const int Rounds = 4;

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
