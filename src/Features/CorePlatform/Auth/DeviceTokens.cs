using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// A token that a device gets at a login and sends with the next one: its attempts are counted separately, so that strangers who guess at
/// the account never make its owner wait (OWASP's "device cookies"). It proves nothing: without the password it opens nothing. It is not
/// stored; it is valid for one account, for ninety days, and until the security stamp changes, for example with a new password.
/// </summary>
public sealed class DeviceTokens(AccountKey key, TimeProvider clock)
{
    private const int IdSize = 16;
    private const int HeadSize = IdSize + sizeof(long);
    private const int Size = HeadSize + HMACSHA256.HashSizeInBytes;

    /// <summary>The length of a token.</summary>
    public static int Longest { get; } = Base64Url.GetEncodedLength(Size);

    public static TimeSpan Lifetime { get; } = TimeSpan.FromDays(90);

    public string Issue(User user)
    {
        var head = new byte[HeadSize];
        RandomNumberGenerator.Fill(head.AsSpan(0, IdSize));
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(IdSize), (clock.GetUtcNow() + Lifetime).ToUnixTimeSeconds());
        return Base64Url.EncodeToString([.. head, .. Seal(head, user)]);
    }

    /// <summary>The device's id; null when the token is invalid, expired or of another account.</summary>
    public string? FindDevice(User user, string? token)
    {
        var bytes = new byte[Size];
        return token?.Length == Longest && Base64Url.DecodeFromChars(token, bytes, out _, out var written) == OperationStatus.Done
            && written == Size
            && CryptographicOperations.FixedTimeEquals(bytes.AsSpan(HeadSize), Seal(bytes[..HeadSize], user))
            && BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(IdSize)) > clock.GetUtcNow().ToUnixTimeSeconds()
                ? Convert.ToHexStringLower(bytes.AsSpan(0, IdSize))
                : null;
    }

    private byte[] Seal(byte[] head, User user) =>
        key.Sign([.. head, .. Encoding.UTF8.GetBytes($"device\n{user.Id:N}\n{user.SecurityStamp}")]);
}
