using System.Security.Cryptography;
using System.Text;

namespace Aarya.Features.Payment.Fraud;

/// <summary>Tells whether two payments share an address without keeping the address.</summary>
public static class EmailFingerprints
{
    public static string Of(string? email) => string.IsNullOrWhiteSpace(email)
        ? ""
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"aarya payment {email.Trim().ToLowerInvariant()}")))[..32];
}
