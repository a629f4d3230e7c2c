using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aarya.Infrastructure.Security;

/// <summary>
/// The signature of a request that another server sends: <c>t=1764414000,v1=hex</c>, the HMAC-SHA256 of the time, a dot and the raw body
/// under a shared secret. There may be more than one <c>v1</c> while the secret is being changed.
/// </summary>
public static class SignedBody
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Why the signature is not valid; null when it is.</summary>
    /// <param name="header">The name of the header, for the answer.</param>
    public static string? FaultOf(string header, string signature, string secret, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var parts = signature.Split(',').Select(x => x.Split('=', 2)).Where(x => x.Length == 2)
            .ToLookup(x => x[0].Trim(), x => x[1].Trim());
        if (!long.TryParse(parts["t"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return $"{header} is missing or has no time.";
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{seconds.ToString(CultureInfo.InvariantCulture)}."), .. body];
        var expected = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed)));
        if (!parts["v1"].Any(x => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(x), expected)))
            return "The signature does not match the body.";
        return (now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > Tolerance
            ? "The signature's time is more than five minutes in the past or in the future."
            : null;
    }
}
