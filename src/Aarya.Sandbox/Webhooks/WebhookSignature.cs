using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aarya.Sandbox.Webhooks;

/// <summary>The header <c>Sandbox-Signature: t=1732370000,v1=5257a8...</c>: HMAC-SHA256, under the shared secret, of "t.body".</summary>
public static class WebhookSignature
{
    public const string Header = "Sandbox-Signature";

    public static string Of(string secret, ReadOnlySpan<byte> body, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{time}."), .. body];
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}";
    }
}
