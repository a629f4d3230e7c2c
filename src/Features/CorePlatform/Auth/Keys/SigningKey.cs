using System.Security.Cryptography;
using Aarya.Infrastructure.Settings;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Features.CorePlatform.Auth.Keys;

/// <summary>The EC P-256 key that access tokens are signed with (ES256); its id is the thumbprint of RFC 7638.</summary>
public sealed class SigningKey
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private SigningKey(ECParameters parameters)
    {
        Public = PublicOf(Base64UrlEncoder.Encode(parameters.Q.X), Base64UrlEncoder.Encode(parameters.Q.Y));
        var signer = new JsonWebKey
        {
            Kty = Public.Kty,
            Crv = Public.Crv,
            X = Public.X,
            Y = Public.Y,
            D = Base64UrlEncoder.Encode(parameters.D),
            Kid = Public.Kid,
        };
        Credentials = new(signer, SecurityAlgorithms.EcdsaSha256);
    }

    public JsonWebKey Public { get; }

    public SigningCredentials Credentials { get; }

    /// <summary>The public key of these coordinates, which are in base64url.</summary>
    public static JsonWebKey PublicOf(string x, string y)
    {
        var key = new JsonWebKey { Kty = "EC", Crv = "P-256", X = x, Y = y, Use = "sig", Alg = SecurityAlgorithms.EcdsaSha256 };
        key.Kid = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        return key;
    }

    /// <summary>Every private key of a text of one or more PEMs, in order.</summary>
    /// <exception cref="StartupException">There is no key, one is not on the P-256 curve, or one occurs twice.</exception>
    public static IReadOnlyList<SigningKey> AllFromPem(string pems)
    {
        // A PEM in an environment variable often has its line breaks written as \n.
        var left = pems.Replace("\\n", "\n", StringComparison.Ordinal).AsSpan();
        List<SigningKey> keys = [];
        while (PemEncoding.TryFind(left, out var found))
        {
            if (left[found.Label].EndsWith("PRIVATE KEY")) keys.Add(FromPem(left[found.Location].ToString()));
            left = left[found.Location.End..];
        }

        return keys.Count > 0 && keys.DistinctBy(x => x.Public.Kid).Count() == keys.Count ? keys : throw Unusable();
    }

    /// <exception cref="StartupException">The text is not a private key on the P-256 curve.</exception>
    public static SigningKey FromPem(string pem)
    {
        using var key = ECDsa.Create();
        try
        {
            // A PEM in an environment variable often has its line breaks written as \n.
            key.ImportFromPem(pem.Replace("\\n", "\n", StringComparison.Ordinal));
            var parameters = key.ExportParameters(includePrivateParameters: true);
            if (parameters.Curve.Oid.Value == P256 && parameters.D is not null) return new(parameters);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw Unusable();
        }

        throw Unusable();
    }

    public static string GeneratePem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    // The library's own message may quote the key.
    private static StartupException Unusable() =>
        new(
            "JWT_SECRET is not the PEM of an EC P-256 private key, or of several different ones: make one with `openssl ecparam -name "
            + "prime256v1 -genkey -noout`.");
}
