using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Specs.CorePlatform.Auth;

public sealed class SigningKeySpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task the_public_keys_are_there_for_everybody()
    {
        var response = await Host.Scenario(x => x.Get.Url("/.well-known/jwks.json"));
        Assert.Equal("public, max-age=300", response.Context.Response.Headers.CacheControl.ToString());
        var key = Assert.Single(response.ReadAsJson<JsonElement>().GetProperty("keys").EnumerateArray());
        Assert.Equal(("EC", "P-256", "ES256", "sig"), (Text(key, "kty"), Text(key, "crv"), Text(key, "alg"), Text(key, "use")));
        Assert.False(key.TryGetProperty("d", out _));
        // RFC 7638: the members in lexicographic order, nothing between them.
        var canonical = $$"""{"crv":"P-256","kty":"EC","x":"{{Text(key, "x")}}","y":"{{Text(key, "y")}}"}""";
        Assert.Equal(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))), Text(key, "kid"));

        static string? Text(JsonElement key, string name) => key.GetProperty(name).GetString();
    }

    [Fact]
    public async Task two_processes_of_a_developer_accept_each_other_s_tokens()
    {
        await using var other = await Fixture.AnotherNodeAsync();
        var guest = await GuestAsync();
        await other.Scenario(x => { x.WithBearerToken(guest.AccessToken); x.Get.Url("/api/users/me"); });
    }

    [Fact]
    public void line_ends_of_a_key_may_be_written_out()
    {
        var pem = SigningKey.GeneratePem();
        Assert.Equal(SigningKey.FromPem(pem).Public.Kid, SigningKey.FromPem(pem.Replace("\n", "\\n", StringComparison.Ordinal)).Public.Kid);
    }

    [Fact]
    public void a_key_that_cannot_sign_es256_is_refused_without_being_quoted()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        foreach (var pem in new[] { "a shared secret", "", p384.ExportECPrivateKeyPem(), p256.ExportSubjectPublicKeyInfoPem(), rsa.ExportPkcs8PrivateKeyPem() })
        {
            var refused = Assert.Throws<StartupException>(() => SigningKey.FromPem(pem));
            Assert.StartsWith("JWT_SECRET is not the PEM of an EC P-256 private key", refused.Message, StringComparison.Ordinal);
            if (pem.Length > 0) Assert.DoesNotContain(pem, refused.ToString(), StringComparison.Ordinal);
        }

        Assert.NotNull(SigningKey.FromPem(p256.ExportECPrivateKeyPem()));
    }

    [Fact]
    public async Task production_does_not_start_without_a_key_and_takes_one_from_a_file()
    {
        var refused = await Assert.ThrowsAsync<StartupException>(() => InProduction([]).StartAsync(Cancellation));
        Assert.StartsWith("JWT_SECRET is not set", refused.Message, StringComparison.Ordinal);

        var file = Path.GetTempFileName();
        var pem = SigningKey.GeneratePem();
        await File.WriteAllTextAsync(file, pem + "\n", Cancellation);
        var keys = InProduction([new("JWT_SECRET_FILE", file)]);
        await keys.StartAsync(Cancellation);
        File.Delete(file);
        Assert.Equal(SigningKey.FromPem(pem).Public.Kid, keys.Current.Public.Kid);
    }

    private SigningKeys InProduction(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("DATABASE_URL", Fixture.DatabaseUrl), .. settings]).Build();
        return new(configuration, new HostingEnvironment { EnvironmentName = Environments.Production }, new ContextDatabases(configuration));
    }
}
