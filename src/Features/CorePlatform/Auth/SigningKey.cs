using System.Security.Cryptography;
using Aarya.Infrastructure.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>The EC P-256 key that access tokens are signed with (ES256); its id is the thumbprint of RFC 7638.</summary>
public sealed class SigningKey
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private SigningKey(ECParameters parameters)
    {
        Public = new JsonWebKey
        {
            Kty = "EC",
            Crv = "P-256",
            X = Base64UrlEncoder.Encode(parameters.Q.X),
            Y = Base64UrlEncoder.Encode(parameters.Q.Y),
            Use = "sig",
            Alg = SecurityAlgorithms.EcdsaSha256,
        };
        Public.Kid = Base64UrlEncoder.Encode(Public.ComputeJwkThumbprint());
        var signer = new JsonWebKey { Kty = Public.Kty, Crv = Public.Crv, X = Public.X, Y = Public.Y, D = Base64UrlEncoder.Encode(parameters.D), Kid = Public.Kid };
        Credentials = new(signer, SecurityAlgorithms.EcdsaSha256);
    }

    public JsonWebKey Public { get; }

    public SigningCredentials Credentials { get; }

    /// <exception cref="StartupException">The text is not the private key of a P-256 curve.</exception>
    public static SigningKey FromPem(string pem)
    {
        using var key = ECDsa.Create();
        try
        {
            // A PEM in an environment variable often has its line ends written out.
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
        new("JWT_SECRET is not the PEM of an EC P-256 private key: make one with `openssl ecparam -name prime256v1 -genkey -noout`.");
}
