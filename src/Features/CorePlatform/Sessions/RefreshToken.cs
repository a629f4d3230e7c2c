using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>
/// What a client holds between access tokens; opaque to it. The family secret stays the same in all tokens of a session and tells a
/// token that was once ours from an invention: only the first may end the session. The secret (256 bits) changes with every use.
/// </summary>
public sealed record RefreshToken(Guid SessionId, byte[] Family, byte[] Secret)
{
    private const int FamilySize = 16;
    private const int SecretSize = 32;
    private const int Size = 16 + FamilySize + SecretSize;

    public static RefreshToken For(Guid sessionId) => new(sessionId, RandomNumberGenerator.GetBytes(FamilySize), RandomNumberGenerator.GetBytes(SecretSize));

    /// <summary>Null when the text is no refresh token at all.</summary>
    public static RefreshToken? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        return text.Length == Base64Url.GetEncodedLength(Size) && Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done && written == Size
            ? new(new Guid(bytes[..16]), bytes.Slice(16, FamilySize).ToArray(), bytes[^SecretSize..].ToArray())
            : null;
    }

    /// <summary>
    /// The token after this one. It follows from this one and a salt, so that a client whose answer was lost can be given the same
    /// successor again while the server keeps nothing that a thief of its storage could use.
    /// </summary>
    public RefreshToken Successor(byte[] salt) => this with { Secret = HMACSHA256.HashData(Secret, salt) };

    public byte[] FamilyHash => SHA256.HashData(Family);

    public byte[] SecretHash => SHA256.HashData(Secret);

    /// <summary>What the client is given.</summary>
    public string Encode() => Base64Url.EncodeToString([.. SessionId.ToByteArray(), .. Family, .. Secret]);

    public override string ToString() => $"refresh token of session {SessionId}";
}
