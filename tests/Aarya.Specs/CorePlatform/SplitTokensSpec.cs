using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Infrastructure.Http;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Aarya.Specs.CorePlatform;

/// <summary>Processes without the signing key accept and refuse tokens as core does.</summary>
public sealed class SplitTokensSpec
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task commerce_knows_a_guest_of_core_and_forgets_them_when_they_leave()
    {
        await using var shop = await SplitShop.StartAsync("core", "commerce", "gateway");
        using var client = new HttpClient { BaseAddress = shop.Url };
        var started = await client.PostAsync(new Uri("/api/auth/guest", UriKind.Relative), null, Cancellation);
        var guest = (await started.Content.ReadFromJsonAsync<SignedIn>(AaryaJson.Options, Cancellation))!;

        Assert.Equal((HttpStatusCode.OK, null), await CartAsync(guest.AccessToken));
        Assert.Equal((HttpStatusCode.Unauthorized, "auth.required"), await CartAsync(null));
        // A process that could not read core's keys just now says so, because the key may be one of them.
        await Eventually.HoldsAsync("commerce refuses a token with a foreign key", async () =>
        {
            var answer = await CartAsync(Forged(guest.AccessToken));
            if (answer == (HttpStatusCode.ServiceUnavailable, "service.unavailable")) return false;
            Assert.Equal((HttpStatusCode.Unauthorized, "auth.token_invalid"), answer);
            return true;
        });

        using var leaving = new HttpRequestMessage(HttpMethod.Post, "/api/auth/logout")
        {
            Headers = { Authorization = new("Bearer", guest.AccessToken) },
        };
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync(leaving, Cancellation)).StatusCode);
        await CoreSpec.OverWithinASecondAsync(async () =>
            await CartAsync(guest.AccessToken) == (HttpStatusCode.Unauthorized, "auth.session_ended"));

        async Task<(HttpStatusCode, string?)> CartAsync(string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/cart");
            if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await client.SendAsync(request, Cancellation);
            var body = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            return (response.StatusCode, response.IsSuccessStatusCode ? null : body.GetProperty("code").GetString());
        }
    }

    private static string Forged(string token)
    {
        var read = new JsonWebToken(token);
        return new JsonWebTokenHandler().CreateToken(new Microsoft.IdentityModel.Tokens.SecurityTokenDescriptor
        {
            TokenType = read.Typ,
            Issuer = read.Issuer,
            Audience = read.Audiences.Single(),
            Expires = read.ValidTo,
            SigningCredentials = SigningKey.FromPem(SigningKey.GeneratePem()).Credentials,
            Claims = read.Claims.Where(x => x.Type is "sub" or "sid" or "role").ToDictionary(x => x.Type, x => (object)x.Value),
        });
    }
}
