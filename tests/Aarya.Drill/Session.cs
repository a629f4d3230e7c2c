using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Aarya.Drill;

/// <summary>A shopper's tokens, and the id that the cart belongs to.</summary>
internal sealed class Session(JsonNode signedIn)
{
    public Guid Subject { get; } = Guid.Parse((string)signedIn["user"]!["id"]!);

    public string Access { get; private set; } = (string)signedIn["accessToken"]!;

    public string Refresh { get; private set; } = (string)signedIn["refreshToken"]!;

    /// <summary>True when its refresh token can no longer be used.</summary>
    public bool IsOver { get; private set; }

    public void End() => IsOver = true;

    public void Renewed(JsonNode refreshed)
    {
        Access = (string)refreshed["accessToken"]!;
        Refresh = (string)refreshed["refreshToken"]!;
    }

    /// <summary>The same access token with all its times an hour earlier: signed by the shop, and expired.</summary>
    public string Expired(ECDsa key)
    {
        var parts = Access.Split('.');
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        foreach (var time in new[] { "iat", "nbf", "exp" })
        {
            if (claims[time] is { } at) claims[time] = (long)at - 3600;
        }

        var text = $"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        byte[] signature;
        lock (key) signature = key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }
}

/// <summary>A customer with a password.</summary>
internal sealed record Account(string Email, string Password)
{
    /// <summary>The session after the last story; null before the first login.</summary>
    public Session? Session { get; set; }
}
