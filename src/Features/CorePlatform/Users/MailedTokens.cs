using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Aarya.Features.CorePlatform.Sessions;
using Microsoft.AspNetCore.Identity;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// The tokens in mailed links: the account, the expiry, and an HMAC over both, the purpose, the address and the security stamp. Every node
/// can check a token, none is stored, and a changed stamp makes it invalid.
/// </summary>
public sealed class MailedTokens(AccountKey key, TimeProvider clock, TimeSpan lifetime) : IUserTwoFactorTokenProvider<User>
{
    private const int HeadSize = 16 + sizeof(long);
    private const int Size = HeadSize + HMACSHA256.HashSizeInBytes;

    /// <summary>The length of a token.</summary>
    public static int Longest { get; } = Base64Url.GetEncodedLength(Size);

    /// <summary>The account that a token names, whether it is valid or not; null when the text is not a token.</summary>
    public static Guid? OwnerOf(string token) => Decode(token) is { } bytes ? new Guid(bytes.AsSpan(0, 16)) : null;

    public Task<string> GenerateAsync(string purpose, UserManager<User> manager, User user)
    {
        var head = new byte[HeadSize];
        user.Id.TryWriteBytes(head);
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(16), (clock.GetUtcNow() + lifetime).ToUnixTimeSeconds());
        return Task.FromResult(Base64Url.EncodeToString([.. head, .. Seal(head, purpose, user)]));
    }

    public Task<bool> ValidateAsync(string purpose, string token, UserManager<User> manager, User user) => Task.FromResult(
        Decode(token) is { } bytes
        && CryptographicOperations.FixedTimeEquals(bytes.AsSpan(HeadSize), Seal(bytes[..HeadSize], purpose, user))
        && BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(16)) > clock.GetUtcNow().ToUnixTimeSeconds());

    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<User> manager, User user) => Task.FromResult(false);

    private byte[] Seal(byte[] head, string purpose, User user) =>
        key.Sign([.. head, .. Encoding.UTF8.GetBytes($"{purpose}\n{user.Id:N}\n{user.Email}\n{user.SecurityStamp}")]);

    private static byte[]? Decode(string token)
    {
        var bytes = new byte[Size];
        return token.Length == Longest && Base64Url.DecodeFromChars(token, bytes, out _, out var written) == OperationStatus.Done
            && written == Size ? bytes : null;
    }
}
