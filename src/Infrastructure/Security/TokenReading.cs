using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Infrastructure.Security;

/// <summary>The header of a JWT (RFC 7515, section 4), read strictly before anything is done with the token.</summary>
/// <param name="KeyId">The claim <c>kid</c>.</param>
internal sealed record TokenHeader(string KeyId)
{
    private const int LongestKeyId = 128;

    /// <summary>The header, or null when it is not one of an access token of this shop.</summary>
    public static TokenHeader? Read(ReadOnlySpan<char> encoded)
    {
        using var json = TokenJson.Parse(encoded);
        if (json?.RootElement is not { } header) return null;
        // A critical extension must be supported (RFC 7515, 4.1.11), and none is.
        if (header.TryGetProperty("crit", out _)) return null;
        if (TokenJson.Text(header, "alg") != SecurityAlgorithms.EcdsaSha256) return null;
        if (!string.Equals(TokenJson.Text(header, "typ"), AccessToken.Type, StringComparison.OrdinalIgnoreCase)) return null;
        return TokenJson.Text(header, "kid") is { Length: > 0 and <= LongestKeyId } keyId ? new(keyId) : null;
    }
}

/// <summary>The claims of a token whose signature is valid (RFC 9068, section 2.2).</summary>
/// <param name="Caller">The claims <c>sub</c>, <c>sid</c> and <c>role</c>.</param>
/// <param name="ExpiresAt">The claim <c>exp</c>.</param>
/// <param name="StartsAt">The later one of <c>nbf</c> and <c>iat</c>, if there is one.</param>
internal sealed record TokenClaims(Caller Caller, DateTimeOffset ExpiresAt, DateTimeOffset? StartsAt)
{
    /// <summary>The claims, or null when one is missing or invalid.</summary>
    public static TokenClaims? Read(ReadOnlySpan<char> encoded)
    {
        using var json = TokenJson.Parse(encoded);
        if (json?.RootElement is not { } claims) return null;
        if (!Guid.TryParse(TokenJson.Text(claims, "sub"), out var subject)) return null;
        if (!Guid.TryParse(TokenJson.Text(claims, "sid"), out var session)) return null;
        if (TokenJson.Texts(claims, "role") is not { Count: > 0 } roles || !roles.TrueForAll(CallerRoles.All.Contains)) return null;
        if (TokenJson.Text(claims, "iss") != AccessToken.Issuer) return null;
        if (TokenJson.Texts(claims, "aud")?.Contains(AccessToken.Audience) != true) return null;
        if (!TokenJson.TryTime(claims, "exp", out var expires) || expires is null) return null;
        if (!TokenJson.TryTime(claims, "nbf", out var notBefore) || !TokenJson.TryTime(claims, "iat", out var issued)) return null;
        return new(new(subject, session, roles), expires.Value, notBefore > issued || issued is null ? notBefore : issued);
    }
}

internal static class TokenJson
{
    // In the year 9999: clock skew or a day can still be added to every earlier time.
    private const double TimesEnd = 253370764800;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The JSON object in a part of a token, or null.</summary>
    public static JsonDocument? Parse(ReadOnlySpan<char> encoded)
    {
        JsonDocument? json = null;
        try
        {
            json = JsonDocument.Parse(Base64Url.DecodeFromChars(encoded), Strict);
            if (json.RootElement.ValueKind == JsonValueKind.Object && HasNames(json.RootElement)) return json;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // A client may send anything: not every input is JSON, and not every name is text, such as half a surrogate pair.
        }

        json?.Dispose();
        return null;
    }

    // A name that is not valid text throws when it is read: better here than in a later lookup.
    private static bool HasNames(JsonElement json)
    {
        foreach (var member in json.EnumerateObject()) _ = member.Name;
        return true;
    }

    /// <summary>The text under this name; null when it is absent or anything else.</summary>
    public static string? Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? Text(value) : null;

    /// <summary>The text or the list of texts under this name; null when it is absent or anything else.</summary>
    public static List<string>? Texts(JsonElement from, string name)
    {
        if (!from.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Array) return Text(value) is { } one ? [one] : null;
        List<string> all = [];
        foreach (var element in value.EnumerateArray())
        {
            if (Text(element) is not { } text) return null;
            all.Add(text);
        }

        return all;
    }

    /// <summary>
    /// The time under this name (RFC 7519 NumericDate: seconds since 1970, fractions allowed), or null when it is absent; false when it is
    /// not a time.
    /// </summary>
    public static bool TryTime(JsonElement from, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!from.TryGetProperty(name, out var value)) return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds)) return false;
        if (!(seconds >= 0 && seconds < TimesEnd)) return false;
        time = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return true;
    }

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is not text.
            return null;
        }
    }
}
