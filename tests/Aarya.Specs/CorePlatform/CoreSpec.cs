using System.Net;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform;

/// <summary>The common steps of the stories of accounts and sessions.</summary>
[StoryOf(typeof(StartAsGuestEndpoint))]
public abstract class CoreSpec(AaryaFixture fixture) : Spec(fixture)
{
    protected const string Password = "a long way to Mumbai";

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected static string NewEmail() => $"asha.{Guid.NewGuid():N}@example.com";

    /// <summary>
    /// Asks until the session is over. An answer to a question sent a second after its end must say so, however slow the machine is.
    /// </summary>
    /// <param name="isOver">Asks a node whether the session is over.</param>
    public static async Task OverWithinASecondAsync(Func<Task<bool>> isOver)
    {
        var ended = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var asked = TimeProvider.System.GetElapsedTime(ended);
            if (await isOver()) return;
            Assert.InRange(asked, TimeSpan.Zero, TimeSpan.FromSeconds(1.1));
        }
    }

    /// <summary>The address of a new account, registered as by a shopper.</summary>
    protected async Task<string> RegisteredAsync()
    {
        var email = NewEmail();
        await Track(x =>
        {
            x.Post.Json(new Register(email, Password, "Asha Rao")).ToUrl("/api/auth/register");
            x.StatusCodeShouldBe(HttpStatusCode.Accepted);
        });
        return email;
    }

    /// <summary>The same, after its owner has opened the link in the mail.</summary>
    protected async Task<string> VerifiedAsync()
    {
        var email = NewEmail();
        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new Register(email, Password, "Asha Rao"), "/api/auth/register"));
        await ToldAsync(HttpStatusCode.NoContent, new VerifyEmail(TokenOf(mail)), "/api/auth/email/verify");
        return email;
    }

    protected async Task<SignedIn> SignedInAsync()
    {
        var email = await RegisteredAsync();
        var (_, response) = await Track(x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login"));
        return response.ReadAsJson<SignedIn>()!;
    }

    protected async Task<SignedIn> SignInAsync(string email, string password = Password) =>
        (await Track(x => x.Post.Json(new LogIn(email, password)).ToUrl("/api/auth/login"))).Response.ReadAsJson<SignedIn>()!;

    /// <summary>Sends the request with this token; returns the answer and the notices that it causes.</summary>
    protected async Task<(IScenarioResult Response, IReadOnlyList<AccountNotice> Told)> AsAsync(SignedIn who, HttpStatusCode status,
        Action<Scenario> configure)
    {
        var (messages, response) = await Track(x =>
        {
            x.WithBearerToken(who.AccessToken);
            configure(x);
            x.StatusCodeShouldBe(status);
        });
        return (response, [.. messages.Sent.MessagesOf<AccountNotice>()]);
    }

    /// <summary>The notices that a request without a token causes.</summary>
    protected async Task<IReadOnlyList<AccountNotice>> ToldAsync(HttpStatusCode status, object command, string url)
    {
        var (messages, _) = await Track(x =>
        {
            x.Post.Json(command).ToUrl(url);
            x.StatusCodeShouldBe(status);
        });
        return [.. messages.Sent.MessagesOf<AccountNotice>()];
    }

    /// <summary>The token in a mailed link.</summary>
    protected static string TokenOf(AccountNotice notice) => notice.Link!.Split("#token=")[1];

    protected async Task SessionIsOverAsync(SignedIn who) =>
        Assert.Equal("auth.refresh_invalid",
            await RefusedAsync(HttpStatusCode.Unauthorized,
                x => x.Post.Json(new RefreshTokens(who.RefreshToken)).ToUrl("/api/auth/refresh")));

    protected Task SessionGoesOnAsync(SignedIn who) =>
        Host.Scenario(x => x.Post.Json(new RefreshTokens(who.RefreshToken)).ToUrl("/api/auth/refresh"));

    protected async Task<SignedIn> GuestAsync() => (await Host.Scenario(x => x.Post.Url("/api/auth/guest"))).ReadAsJson<SignedIn>()!;

    /// <summary>The token with one change, signed with the shop's own key unless the key is what changed.</summary>
    protected string ChangedFrom(string token, Action<SecurityTokenDescriptor> change)
    {
        var read = new JsonWebToken(token);
        var descriptor = new SecurityTokenDescriptor
        {
            TokenType = read.Typ,
            Issuer = read.Issuer,
            Audience = read.Audiences.Single(),
            IssuedAt = read.IssuedAt,
            Expires = read.ValidTo,
            SigningCredentials = Host.Services.GetRequiredService<SigningKeys>().Current.Credentials,
            Claims = read.Claims.Where(x => x.Type is "sub" or "sid" or "role").ToDictionary(x => x.Type, x => (object)x.Value),
        };
        change(descriptor);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    protected string ExpiredTokenLike(string token) => ChangedFrom(token, x => x.Expires = DateTime.UtcNow.AddHours(-1));

    /// <summary>The code of the refusal that this request is answered with.</summary>
    protected async Task<string> RefusedAsync(HttpStatusCode status, Action<Scenario> configure)
    {
        var response = await Host.Scenario(x =>
        {
            configure(x);
            x.StatusCodeShouldBe(status);
            x.Header("content-type").SingleValueShouldEqual("application/problem+json");
        });
        return response.ReadAsJson<JsonElement>().GetProperty("code").GetString()!;
    }

    /// <summary>The fields that a 400 to this body names.</summary>
    protected async Task<IReadOnlyList<string>> FaultsAsync(string url, string body, string? token = null, string method = "POST")
    {
        using var client = Host.Server.CreateClient();
        using var request = new HttpRequestMessage(new(method), url)
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        using var response = await client.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, text);
        return [.. JsonDocument.Parse(text).RootElement.GetProperty("errors").EnumerateObject().Select(x => x.Name)];
    }

    protected async Task<IReadOnlyList<User>> AccountsOfAsync(string email)
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().QuerySession();
        return await documents.Query<User>().Where(x => x.EmailIndex.IsOneOf(documents.BlindIndexesOf(email))).ToListAsync(Cancellation);
    }

    protected async Task<int> AccountsAsync()
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().QuerySession();
        return await documents.Query<User>().CountAsync(Cancellation);
    }

    protected async Task StoreAsync(Guid user, Action<User> change)
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().LightweightSession();
        var account = (await documents.LoadAsync<User>(user, Cancellation))!;
        change(account);
        documents.Store(account);
        await documents.SaveChangesAsync(Cancellation);
    }
}
