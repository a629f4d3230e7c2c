using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Options;
using Aarya.Features.CorePlatform.Store;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Specs.CorePlatform.Auth.Keys;

[StoryOf(typeof(GetJwksEndpoint))]
public sealed class SigningKeySpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task the_public_keys_are_there_for_everybody()
    {
        var response = await Host.Scenario(x => x.Get.Url("/.well-known/jwks.json"));
        Assert.Equal("public, max-age=300", response.Context.Response.Headers.CacheControl.ToString());
        var current = Host.Services.GetRequiredService<SigningKeys>().Current.Public.Kid;
        var key = Assert.Single(response.ReadAsJson<JsonElement>().GetProperty("keys").EnumerateArray(), x => Text(x, "kid") == current);
        Assert.Equal(("EC", "P-256", "ES256", "sig"), (Text(key, "kty"), Text(key, "crv"), Text(key, "alg"), Text(key, "use")));
        Assert.False(key.TryGetProperty("d", out _));
        // RFC 7638: the members in lexicographic order, without white space.
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
        foreach (var pem in new[]
        {
            "a shared secret",
            "",
            p384.ExportECPrivateKeyPem(),
            p256.ExportSubjectPublicKeyInfoPem(),
            rsa.ExportPkcs8PrivateKeyPem(),
        })
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
        using var keys = InProduction([new("JWT_SECRET_FILE", file)]);
        await keys.StartAsync(Cancellation);
        File.Delete(file);
        Assert.Equal(SigningKey.FromPem(pem).Public.Kid, keys.Current.Public.Kid);
    }

    [Fact]
    public async Task of_several_keys_the_first_signs_and_all_are_good()
    {
        var (newer, older) = (SigningKey.GeneratePem(), SigningKey.GeneratePem());
        using var keys = InProduction([new("JWT_SECRET", $"{newer}\n{older.Replace("\n", "\\n", StringComparison.Ordinal)}")]);
        await keys.StartAsync(Cancellation);
        var (first, second) = (SigningKey.FromPem(newer).Public.Kid, SigningKey.FromPem(older).Public.Kid);
        Assert.Equal(first, keys.Current.Public.Kid);
        foreach (var kid in new[] { first, second })
        {
            Assert.Equal(kid, keys.Find(kid)?.Kid);
            Assert.Contains(kid, keys.Jwks.Json, StringComparison.Ordinal);
        }

        await keys.StopAsync(Cancellation);
    }

    [Fact]
    public void a_text_with_a_key_twice_or_with_one_that_is_no_good_is_refused()
    {
        var pem = SigningKey.GeneratePem();
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (var pems in new[] { $"{pem}\n{pem}", $"{pem}\n{p384.ExportECPrivateKeyPem()}", "", "a shared secret" })
            Assert.Throws<StartupException>(() => SigningKey.AllFromPem(pems));
    }

    [Fact]
    public async Task two_processes_that_each_know_only_their_own_key_accept_each_other_s_tokens()
    {
        using var older = InProduction([new("JWT_SECRET", SigningKey.GeneratePem())]);
        await StartAsync(older);
        using var newer = InProduction([new("JWT_SECRET", SigningKey.GeneratePem())]);
        await StartAsync(newer);

        var (old, fresh) = (older.Current.Public.Kid, newer.Current.Public.Kid);
        Assert.Equal(old, newer.Find(old)?.Kid);
        Assert.Equal(fresh, older.Find(fresh)?.Kid);
        Assert.Null(newer.Find("made-up"));
        Assert.Contains(old, newer.Jwks.Json, StringComparison.Ordinal);

        await older.StopAsync(Cancellation);
        await newer.StopAsync(Cancellation);
    }

    [Fact]
    public async Task a_key_that_nobody_signs_with_is_good_until_its_last_token_has_ended()
    {
        using var older = InProduction([new("JWT_SECRET", SigningKey.GeneratePem())]);
        await older.StartAsync(Cancellation);
        await older.StopAsync(Cancellation);
        var old = older.Current.Public.Kid;

        await AgeAsync(old, TimeSpan.FromMinutes(16));
        Assert.Equal(old, (await FoundByAnotherAsync(old))?.Kid);
        await AgeAsync(old, TimeSpan.FromMinutes(5));
        Assert.Null(await FoundByAnotherAsync(old));
    }

    // As a host does it: background work begins when every service has started.
    private static async Task StartAsync(SigningKeys keys)
    {
        await keys.StartAsync(Cancellation);
        await ((IHostedLifecycleService)keys).StartedAsync(Cancellation);
    }

    private async Task<JsonWebKey?> FoundByAnotherAsync(string kid)
    {
        using var keys = InProduction([new("JWT_SECRET", SigningKey.GeneratePem())]);
        await keys.StartAsync(Cancellation);
        var found = keys.Find(kid);
        await keys.StopAsync(Cancellation);
        return found;
    }

    private async Task AgeAsync(string kid, TimeSpan by)
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().LightweightSession();
        documents.QueueSqlCommand("update core.verification_key set signed_at = signed_at - make_interval(secs => ?) where kid = ?",
            by.TotalSeconds, kid);
        await documents.SaveChangesAsync(Cancellation);
    }

    private SigningKeys InProduction(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("DATABASE_URL", Fixture.DatabaseUrl), .. settings])
            .Build();
        var options = new CoreOptions(configuration, new HostingEnvironment { EnvironmentName = Environments.Production });
        return new(options, new ContextDatabases(configuration), TimeProvider.System, NullLogger<SigningKeys>.Instance);
    }
}
