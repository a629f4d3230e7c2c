using System.Text;

namespace Aarya.Infrastructure.Edge;

/// <summary>How the bytes of a request's headers become text.</summary>
internal static class HeaderBytes
{
    private static readonly Encoding Digits = new DigitsOnly();

    /// <summary>
    /// One character per byte, so that every process of the shop sees the bytes that the client has sent; a length consists of digits only.
    /// </summary>
    public static Encoding EncodingOf(string header) =>
        header.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? Digits : Encoding.Latin1;

    /// <summary>
    /// Kestrel accepts <c>+40</c> as a length (RFC 9110, section 8.6, does not): a byte that is not a digit becomes one that no parser
    /// accepts.
    /// </summary>
    private sealed class DigitsOnly : Encoding
    {
        public override int GetByteCount(char[] chars, int index, int count) => count;

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
            Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

        public override int GetCharCount(byte[] bytes, int index, int count) => count;

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
        {
            for (var i = 0; i < byteCount; i++)
                chars[charIndex + i] = char.IsAsciiDigit((char)bytes[byteIndex + i]) ? (char)bytes[byteIndex + i] : 'x';
            return byteCount;
        }

        public override int GetMaxByteCount(int charCount) => charCount;

        public override int GetMaxCharCount(int byteCount) => byteCount;
    }
}
