using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Users;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Specs.CorePlatform;

public sealed class AccessTokenSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task a_guest_is_known_by_their_token_until_they_log_out()
    {
        var token = await Host.GuestToken();
        var me = await Host.Scenario(x => { x.WithBearerToken(token); x.Get.Url("/api/users/me"); });
        Assert.Equal("guest", me.ReadAsJson<JsonElement>().GetProperty("roles")[0].GetString());

        await Host.Scenario(x => { x.WithBearerToken(token); x.Post.Url("/api/auth/logout"); x.StatusCodeShouldBe(204); });
        var refused = await Host.Scenario(x => { x.WithBearerToken(token); x.Get.Url("/api/users/me"); x.StatusCodeShouldBe(401); });
        Assert.Equal("auth.session_ended", refused.ReadAsJson<JsonElement>().GetProperty("code").GetString());
        Assert.Equal("Bearer error=\"invalid_token\"", refused.Context.Response.Headers.WWWAuthenticate.ToString());
    }

    [Fact]
    public async Task whoever_sends_no_token_is_told_to_sign_in()
    {
        var refused = await Host.Scenario(x => { x.Get.Url("/api/users/me"); x.StatusCodeShouldBe(401); });
        Assert.Equal("application/problem+json", refused.Context.Response.ContentType);
        Assert.Equal("auth.required", refused.ReadAsJson<JsonElement>().GetProperty("code").GetString());
        Assert.Equal("Bearer", refused.Context.Response.Headers.WWWAuthenticate.ToString());
    }

    [Fact]
    public async Task a_token_is_what_rfc_9068_asks_for()
    {
        var shopper = await SignedInAsync();
        var token = new JsonWebToken(shopper.AccessToken);
        Assert.Equal(("at+jwt", "ES256", "aarya", "aarya-api"), (token.Typ, token.Alg, token.Issuer, Assert.Single(token.Audiences)));
        Assert.Equal($"{shopper.User.Id:D}", token.Subject);
        Assert.Equal("customer", token.GetClaim("role").Value);
        Assert.Equal(TimeSpan.FromMinutes(15), token.ValidTo - token.IssuedAt);
        Assert.Subset(token.Claims.Select(x => x.Type).ToHashSet(), new HashSet<string> { "sid", "jti", "client_id" });

        var jwks = await (await Host.Scenario(x => x.Get.Url("/.well-known/jwks.json"))).ReadAsTextAsync();
        var judged = await new JsonWebTokenHandler().ValidateTokenAsync(shopper.AccessToken,
            new() { ValidIssuer = "aarya", ValidAudience = "aarya-api", IssuerSigningKeys = new JsonWebKeySet(jwks).GetSigningKeys() });
        Assert.True(judged.IsValid);
    }

    [Fact]
    public async Task somebody_with_two_roles_has_both()
    {
        var shopper = await SignedInAsync();
        await StoreAsync(shopper.User.Id, x => x.Roles = ["customer", "support"]);
        var after = (await Host.Scenario(x => x.Post.Json(new RefreshTokens(shopper.RefreshToken)).ToUrl("/api/auth/refresh")))
            .ReadAsJson<SignedIn>()!;
        await Host.Scenario(x => { x.WithBearerToken(after.AccessToken); x.Get.Url("/specs/doors/support"); });
        var me = (await Host.Scenario(x => { x.WithBearerToken(after.AccessToken); x.Get.Url("/api/users/me"); })).ReadAsJson<UserView>()!;
        Assert.Equal(["customer", "support"], me.Roles);
    }

    [Fact]
    public async Task clocks_may_be_half_a_minute_apart()
    {
        var shopper = await SignedInAsync();
        var late = ChangedFrom(shopper.AccessToken, x => x.Expires = DateTime.UtcNow.AddSeconds(-20));
        await Host.Scenario(x => { x.WithBearerToken(late); x.Get.Url("/api/users/me"); });
        var later = ChangedFrom(shopper.AccessToken, x => x.Expires = DateTime.UtcNow.AddSeconds(-31));
        Assert.Equal("auth.token_expired",
            await RefusedAsync(HttpStatusCode.Unauthorized, x => { x.WithBearerToken(later); x.Get.Url("/api/users/me"); }));
    }

    [Fact]
    public async Task a_forged_token_is_nobody_s()
    {
        var shopper = await SignedInAsync();
        var own = Host.Services.GetRequiredService<SigningKeys>().Current;
        var foreign = SigningKey.FromPem(SigningKey.GeneratePem()).Credentials;
        var parts = shopper.AccessToken.Split('.');
        Dictionary<string, string> forged = new()
        {
            ["another key"] = ChangedFrom(shopper.AccessToken, x => x.SigningCredentials = foreign),
            ["another key under our id"] = ChangedFrom(shopper.AccessToken, x =>
            {
                foreign.Key.KeyId = own.Public.Kid;
                x.SigningCredentials = foreign;
            }),
            ["our public key as a shared secret"] = ChangedFrom(shopper.AccessToken, x => x.SigningCredentials = new(
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes(own.Public.X + own.Public.Y)) { KeyId = own.Public.Kid },
                SecurityAlgorithms.HmacSha256)),
            ["no signature"] = $"{Encoded($$"""{"alg":"none","typ":"at+jwt","kid":"{{own.Public.Kid}}"}""")}.{parts[1]}.",
            ["a signature of something else"] =
                $"{parts[0]}.{Encoded(Base64UrlEncoder.Decode(parts[1]).Replace("customer",
                    "admin", StringComparison.Ordinal))}.{parts[2]}",
            ["another issuer"] = ChangedFrom(shopper.AccessToken, x => x.Issuer = "another"),
            ["another audience"] = ChangedFrom(shopper.AccessToken, x => x.Audience = "another-api"),
            ["another type"] = ChangedFrom(shopper.AccessToken, x => x.TokenType = "JWT"),
            ["no expiry"] = ChangedFrom(shopper.AccessToken, x => x.Expires = null),
            ["no session"] = ChangedFrom(shopper.AccessToken, x => x.Claims.Remove("sid")),
            ["no role"] = ChangedFrom(shopper.AccessToken, x => x.Claims.Remove("role")),
            ["an unknown role"] = ChangedFrom(shopper.AccessToken, x => x.Claims["role"] = "root"),
            ["no uuid for a subject"] = ChangedFrom(shopper.AccessToken, x => x.Claims["sub"] = "asha"),
            ["too long"] = ChangedFrom(shopper.AccessToken, x => x.Claims["more"] = new string('x', 5000)),
            ["not yet valid"] = ChangedFrom(shopper.AccessToken, x => x.NotBefore = DateTime.UtcNow.AddMinutes(1)),
            ["issued in the future"] = ChangedFrom(shopper.AccessToken, x => x.IssuedAt = DateTime.UtcNow.AddMinutes(1)),
            ["an extension that is critical"] =
                Resigned(shopper.AccessToken, header: """{"alg":"ES256","typ":"at+jwt","kid":"KID","crit":["exp"]}"""),
            ["no critical extensions in a list of them"] =
                Resigned(shopper.AccessToken, header: """{"alg":"ES256","typ":"at+jwt","kid":"KID","crit":[]}"""),
            ["a key id that is null"] = Resigned(shopper.AccessToken, header: """{"alg":"ES256","typ":"at+jwt","kid":null}"""),
            ["a key id that is a number"] = Resigned(shopper.AccessToken, header: """{"alg":"ES256","typ":"at+jwt","kid":7}"""),
            ["a key id that is empty"] = Resigned(shopper.AccessToken, header: """{"alg":"ES256","typ":"at+jwt","kid":""}"""),
            ["no key id"] = Resigned(shopper.AccessToken, header: """{"alg":"ES256","typ":"at+jwt"}"""),
            ["an algorithm that is a list"] = Resigned(shopper.AccessToken, header: """{"alg":["ES256"],"typ":"at+jwt","kid":"KID"}"""),
            ["a type that is null"] = Resigned(shopper.AccessToken, header: """{"alg":"ES256","typ":null,"kid":"KID"}"""),
            ["a key id twice"] = Resigned(shopper.AccessToken, header: """{"alg":"ES256","typ":"at+jwt","kid":"KID","kid":"KID"}"""),
            ["half a surrogate"] = Resigned(shopper.AccessToken, header: """{"alg":"ES256","typ":"at+jwt","kid":"\ud800"}"""),
            ["half a surrogate for a name"] =
                Resigned(shopper.AccessToken, header: """{"\ud800":1,"alg":"ES256","typ":"at+jwt","kid":"KID"}"""),
            ["half a surrogate for a name inside"] =
                Resigned(shopper.AccessToken, header: """{"alg":"ES256","typ":"at+jwt","kid":"KID","x":{"\udc00":1}}"""),
            ["half a surrogate for the name of a claim"] = Resigned(shopper.AccessToken, claims: """{"\ud800":1,"sub":"x"}"""),
            ["an expiry in the last second of time"] = Resigned(shopper.AccessToken, x => x["exp"] = 253402300790),
            ["a header that is a list"] = Resigned(shopper.AccessToken, header: "[]"),
            ["a header that is null"] = Resigned(shopper.AccessToken, header: "null"),
            ["a header that is no JSON"] = Resigned(shopper.AccessToken, header: "{"),
            ["an expiry after the end of time"] = Resigned(shopper.AccessToken, x => x["exp"] = 1e18),
            ["an expiry that no number holds"] = Resigned(shopper.AccessToken, x => x["exp"] = JsonNode.Parse("1e400")),
            ["an expiry before 1970"] = Resigned(shopper.AccessToken, x => x["exp"] = -1),
            ["an expiry that is a text"] = Resigned(shopper.AccessToken, x => x["exp"] = "9999999999"),
            ["an expiry that is null"] = Resigned(shopper.AccessToken, x => x["exp"] = null),
            ["a start after the end of time"] = Resigned(shopper.AccessToken, x => x["nbf"] = 1e18),
            ["an issue that is a text"] = Resigned(shopper.AccessToken, x => x["iat"] = "now"),
            ["a subject that is a number"] = Resigned(shopper.AccessToken, x => x["sub"] = 7),
            ["a subject that is null"] = Resigned(shopper.AccessToken, x => x["sub"] = null),
            ["a session that is a list"] = Resigned(shopper.AccessToken, x => x["sid"] = new JsonArray()),
            ["roles that are an object"] = Resigned(shopper.AccessToken, x => x["role"] = new JsonObject()),
            ["roles with a null"] = Resigned(shopper.AccessToken, x => x["role"] = new JsonArray("customer", null)),
            ["an audience that is a number"] = Resigned(shopper.AccessToken, x => x["aud"] = 7),
            ["an issuer that is a list"] = Resigned(shopper.AccessToken, x => x["iss"] = new JsonArray("aarya")),
            ["claims that are a list"] = Resigned(shopper.AccessToken, claims: "[]"),
            ["claims that are no JSON"] = Resigned(shopper.AccessToken, claims: "{"),
            ["four parts"] = shopper.AccessToken + ".x",
            ["an empty signature"] = $"{parts[0]}.{parts[1]}.",
            ["dots alone"] = "..",
            ["no token"] = "not.a.token",
            ["nothing"] = "x",
        };

        foreach (var (what, token) in forged)
        {
            var response = await Host.Scenario(x => { x.WithBearerToken(token); x.Get.Url("/api/users/me"); x.IgnoreStatusCode(); });
            Assert.True(response.Context.Response.StatusCode == 401, what);
            Assert.Equal("auth.token_invalid", response.ReadAsJson<JsonElement>().GetProperty("code").GetString());
        }

        static string Encoded(string json) => Base64UrlEncoder.Encode(json);
    }

    [Fact]
    public async Task a_token_that_names_another_subject_than_its_session_s_owner_is_good_for_nothing()
    {
        var shopper = await SignedInAsync();
        var stranger = ChangedFrom(shopper.AccessToken, x => x.Claims["sub"] = $"{Guid.NewGuid():D}");
        // Before and after the check of the session is cached.
        foreach (var token in new[] { stranger, shopper.AccessToken, stranger })
            await Host.Scenario(x =>
            {
                x.WithBearerToken(token);
                x.Get.Url("/specs/doors/customer");
                x.StatusCodeShouldBe(token == stranger ? 401 : 200);
            });
    }

    [Fact]
    public async Task what_a_bad_token_is_sent_to_answers_as_to_anybody()
    {
        var shopper = await SignedInAsync();
        string[] tokens =
        [
            Resigned(shopper.AccessToken, header: """{"alg":"ES256","kid":null}"""), Resigned(shopper.AccessToken, x => x["exp"] = 1e18),
        ];
        foreach (var token in tokens)
        {
            foreach (var url in new[] { "/health/live", "/.well-known/jwks.json", "/openapi/v1.json", "/api/products?limit=1" })
                await Host.Scenario(x => { x.WithBearerToken(token); x.Get.Url(url); x.StatusCodeShouldBe(200); });
            await Host.Scenario(x => { x.WithBearerToken(token); x.Get.Url("/nowhere"); x.StatusCodeShouldBe(404); });
        }
    }

    // The token with exactly this header or these claims and a valid signature: no library would write such tokens.
    private string Resigned(string token, Action<JsonObject>? change = null, string? header = null, string? claims = null)
    {
        var key = Host.Services.GetRequiredService<SigningKeys>().Current;
        var parts = token.Split('.');
        if (change is not null)
        {
            var read = JsonNode.Parse(Base64UrlEncoder.Decode(parts[1]))!.AsObject();
            change(read);
            claims = read.ToJsonString();
        }

        var signed =
            $"{(header is null ? parts[0] : Base64UrlEncoder.Encode(header.Replace("KID", key.Public.Kid, StringComparison.Ordinal)))}."
                + (claims is null ? parts[1] : Base64UrlEncoder.Encode(claims));
        var signer = new AsymmetricSignatureProvider(key.Credentials.Key, SecurityAlgorithms.EcdsaSha256, true);
        return $"{signed}.{Base64UrlEncoder.Encode(signer.Sign(Encoding.UTF8.GetBytes(signed)))}";
    }

    [Fact]
    public async Task a_bad_token_does_not_close_what_is_open_to_everybody()
    {
        await Host.Scenario(x => { x.WithBearerToken("x"); x.Get.Url("/.well-known/jwks.json"); });
        await Host.Scenario(x => { x.WithBearerToken("x"); x.Post.Url("/api/auth/guest"); });
    }
}
