using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// Time-based one-time passwords (RFC 6238) as every authenticator app makes them: HMAC-SHA1, six digits, a step of 30 s.
/// </summary>
public static class Totp
{
    public const int Digits = 6;

    private const int Step = 30;

    // The previous and the next code are valid too: telephones' clocks differ, and typing takes time.
    private const int Drift = 1;

    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / Step;

    // The RFC and the apps use SHA-1; its collisions do not weaken an HMAC.
#pragma warning disable CA5350
    public static string CodeAt(byte[] key, long step)
    {
        Span<byte> moment = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(moment, step);
        var hash = HMACSHA1.HashData(key, moment);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0x0F)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
#pragma warning restore CA5350

    /// <summary>
    /// The time step of this code, later than <paramref name="last"/> and near <paramref name="now"/>; null when there is none.
    /// </summary>
    public static long? FindStep(byte[] key, string code, long last, DateTimeOffset now)
    {
        long? found = null;
        for (var step = StepAt(now) - Drift; step <= StepAt(now) + Drift; step++)
        {
            if (step > last
                && CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(CodeAt(key, step)),
                    System.Text.Encoding.UTF8.GetBytes(code)))
                found ??= step;
        }

        return found;
    }

    /// <summary>What an app reads from a QR code.</summary>
    public static string UriOf(string key, string email) =>
        $"otpauth://totp/Aarya:{Uri.EscapeDataString(email)}?secret={key}&issuer=Aarya&digits={Digits}&period={Step}";
}
