using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>
/// The token that gets a client its next access token; opaque to clients. The family secret (256 bits) is the same in all tokens of a
/// session, and only its hash is stored. The generation numbers the tokens, and a seal that only core can make proves that core issued this
/// one: so core can distinguish a token later than the stored generation from a forged one, and returns the same successor when asked
/// twice.
/// </summary>
public sealed record RefreshToken(Guid SessionId, byte[] Family, uint Generation, byte[] Seal)
{
    private const int IdSize = 16;
    private const int FamilySize = 32;
    private const int SealedSize = IdSize + FamilySize + sizeof(uint);
    private const int Size = SealedSize + HMACSHA256.HashSizeInBytes;

    /// <param name="sign">Signs bytes with core's key.</param>
    public static RefreshToken First(Guid sessionId, Func<byte[], byte[]> sign) =>
        Of(sessionId, RandomNumberGenerator.GetBytes(FamilySize), 0, sign);

    /// <summary>The token of another generation of the same session.</summary>
    /// <inheritdoc cref="First"/>
    public RefreshToken At(uint generation, Func<byte[], byte[]> sign) => Of(SessionId, Family, generation, sign);

    /// <summary>Null when the text is not a refresh token.</summary>
    public static RefreshToken? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        return text.Length == Base64Url.GetEncodedLength(Size)
            && Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done && written == Size
            ? new(new Guid(bytes[..IdSize]), bytes.Slice(IdSize, FamilySize).ToArray(),
                BinaryPrimitives.ReadUInt32BigEndian(bytes[(IdSize + FamilySize)..]), bytes[SealedSize..].ToArray())
            : null;
    }

    /// <summary>True when core issued it.</summary>
    /// <inheritdoc cref="First"/>
    public bool IsSealed(Func<byte[], byte[]> sign) =>
        CryptographicOperations.FixedTimeEquals(Seal, sign(Bytes(SessionId, Family, Generation)));

    public byte[] FamilyHash => SHA256.HashData(Family);

    /// <summary>The text that the client receives.</summary>
    public string Encode() => Base64Url.EncodeToString([.. Bytes(SessionId, Family, Generation), .. Seal]);

    public override string ToString() => $"refresh token of session {SessionId}";

    private static RefreshToken Of(Guid sessionId, byte[] family, uint generation, Func<byte[], byte[]> sign) =>
        new(sessionId, family, generation, sign(Bytes(sessionId, family, generation)));

    private static byte[] Bytes(Guid sessionId, byte[] family, uint generation)
    {
        var bytes = new byte[SealedSize];
        sessionId.TryWriteBytes(bytes);
        family.CopyTo(bytes, IdSize);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(IdSize + FamilySize), generation);
        return bytes;
    }
}
