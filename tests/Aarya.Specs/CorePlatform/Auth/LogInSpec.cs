using System.Net;
using System.Text;
using System.Text.Json;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Features.CorePlatform.Users.TwoFactor;
using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform.Auth;

public sealed class LogInSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task a_customer_signs_in_and_is_known_by_the_token()
    {
        var email = await RegisteredAsync();
        var response = await Host.Scenario(x => x.Post.Json(new LogIn($" {email.ToUpperInvariant()}", Password)).ToUrl("/api/auth/login"));
        var signedIn = response.ReadAsJson<SignedIn>()!;
        Assert.Equal("no-store", response.Context.Response.Headers.CacheControl.ToString());
        Assert.Equal((email, "Asha Rao", 900), (signedIn.User.Email, signedIn.User.Name, signedIn.ExpiresIn));
        Assert.Equal(["customer"], signedIn.User.Roles);

        var me = await Host.Scenario(x => { x.WithBearerToken(signedIn.AccessToken); x.Get.Url("/api/users/me"); });
        Assert.Equivalent(signedIn.User, me.ReadAsJson<UserView>());
    }

    [Fact]
    public async Task a_wrong_password_and_an_unknown_address_get_one_answer_for_the_same_work()
    {
        var email = await RegisteredAsync();
        foreach (var wrong in new[]
        {
            new LogIn(email, "a short way to Mumbai"),
            new LogIn(NewEmail(), Password),
            new LogIn("not an address", Password),
        })
        {
            using var hashes = new HashCount();
            Assert.Equal("auth.credentials_wrong",
                await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Json(wrong).ToUrl("/api/auth/login")));
            Assert.Equal(1, hashes.Count);
        }
    }

    [Fact]
    public async Task what_a_guest_put_together_follows_them_when_they_sign_in()
    {
        var email = await RegisteredAsync();
        var guest = await GuestAsync();
        var (messages, response) = await Track(x =>
        {
            x.WithBearerToken(guest.AccessToken);
            x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
        });

        var signedIn = messages.Sent.SingleMessage<GuestSignedInNotice>();
        Assert.Equal((guest.User.Id, response.ReadAsJson<SignedIn>()!.User.Id), (signedIn.GuestId, signedIn.UserId));
        // Another tab must not add to a cart that is no longer shown.
        Assert.Equal("auth.session_ended",
            await RefusedAsync(HttpStatusCode.Unauthorized, x => { x.WithBearerToken(guest.AccessToken); x.Get.Url("/api/users/me"); }));
    }

    [Fact]
    public async Task the_cart_is_there_when_the_login_is_answered()
    {
        var sku = await Host.SellsAsync();
        var guest = await GuestAsync();
        await Host.Scenario(x => { x.WithBearerToken(guest.AccessToken); x.Post.Json(new AddToCart(sku, 2)).ToUrl("/api/cart/items"); });
        var email = await RegisteredAsync();

        var (_, response) = await Track(x =>
        {
            x.WithBearerToken(guest.AccessToken);
            x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
        });
        var cart = await Host.Scenario(x => { x.WithBearerToken(response.ReadAsJson<SignedIn>()!.AccessToken); x.Get.Url("/api/cart"); });
        var line = Assert.Single(cart.ReadAsJson<JsonElement>().GetProperty("lines").EnumerateArray());
        Assert.Equal((sku, 2), (line.GetProperty("sku").GetString(), line.GetProperty("quantity").GetInt32()));
    }

    [Fact]
    public async Task a_login_succeeds_while_commerce_is_away_and_the_event_brings_the_cart()
    {
        await using var node =
            await Fixture.AnotherNodeAsync(x =>
                x.ConfigureServices(services => services.AddSingleton<Aarya.Protos.Commerce.Commerce.CommerceClient>(new AwayCommerce())));
        var guest = await GuestAsync();
        var email = await RegisteredAsync();
        SignedIn signedIn = null!;
        var messages = await node.ExecuteAndWaitAsync(async () =>
        {
            var response = await node.Scenario(x =>
            {
                x.WithBearerToken(guest.AccessToken);
                x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
            });
            signedIn = response.ReadAsJson<SignedIn>()!;
        }, 30_000);
        Assert.Equal(new(guest.User.Id, signedIn.User.Id, messages.Sent.SingleMessage<GuestSignedInNotice>().At),
            messages.Sent.SingleMessage<GuestSignedInNotice>());
    }

    [Fact]
    public async Task a_guest_who_thought_about_it_for_an_hour_keeps_the_cart_too()
    {
        var email = await RegisteredAsync();
        var guest = await GuestAsync();
        var (messages, _) = await Track(x =>
        {
            x.WithBearerToken(ExpiredTokenLike(guest.AccessToken));
            x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
        });
        Assert.Equal(guest.User.Id, messages.Sent.SingleMessage<GuestSignedInNotice>().GuestId);
    }

    [Fact]
    public async Task whoever_finds_too_many_before_them_is_told_when_to_come_back()
    {
        await using var busy =
            await Fixture.AnotherNodeAsync(x =>
                x.ConfigureServices(services => services.AddSingleton(new PasswordHasher(atOnce: 1, queueLength: 0))));
        var answers =
            await Task.WhenAll(Enumerable.Range(0, 8)
                .Select(_ => busy.Scenario(x =>
                {
                    x.Post.Json(new LogIn(NewEmail(), Password)).ToUrl("/api/auth/login");
                    x.IgnoreStatusCode();
                })));
        var refused = answers.Where(x => x.Context.Response.StatusCode == 503).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, x => Assert.Equal("2", x.Context.Response.Headers.RetryAfter.ToString()));
        Assert.All(answers.Except(refused), x => Assert.Equal(401, x.Context.Response.StatusCode));
    }

    [Fact]
    public async Task a_flood_of_logins_is_turned_away_beyond_the_queue_and_leaves_the_shop_open()
    {
        await using var busy = await Fixture.AnotherNodeAsync(x => x.UseSetting("AARYA_REQUEST_SECONDS", "300")
            .ConfigureServices(services => services.AddSingleton(new PasswordHasher(atOnce: 1, queueLength: 10))));
        var email = await RegisteredAsync();
        // The first login of a node compiles its handler: the flood must not wait for that.
        await busy.Scenario(x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login"));

        using var hashes = new HashCount();
        var flood = Enumerable.Range(0, 150)
            .Select(_ => busy.Scenario(x =>
            {
                x.Post.Json(new LogIn(NewEmail(), Password)).ToUrl("/api/auth/login");
                x.IgnoreStatusCode();
            })).ToList();
        await busy.Scenario(x => x.Get.Url("/.well-known/jwks.json"));
        var answers = await Task.WhenAll(flood);

        Assert.Equal([401, 503], answers.Select(x => x.Context.Response.StatusCode).Distinct().Order());
        Assert.Equal(hashes.Count, answers.Count(x => x.Context.Response.StatusCode == 401));
        await busy.Scenario(x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login"));
    }

    [Fact]
    public async Task what_a_guest_put_together_before_registering_waits_for_the_first_login()
    {
        var guest = await GuestAsync();
        var email = NewEmail();
        await Track(x =>
        {
            x.WithBearerToken(guest.AccessToken);
            x.Post.Json(new Register(email, Password, "Asha Rao")).ToUrl("/api/auth/register");
            x.StatusCodeShouldBe(202);
        });

        var (first, _) = await Track(x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login"));
        Assert.Equal(guest.User.Id, first.Sent.SingleMessage<GuestSignedInNotice>().GuestId);
        Assert.Null(Assert.Single(await AccountsOfAsync(email)).GuestToMerge);

        var (second, _) = await Track(x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login"));
        Assert.Empty(second.Sent.MessagesOf<GuestSignedInNotice>());
    }

    [Fact]
    public async Task a_guest_who_registers_and_signs_in_with_the_same_token_is_merged_once()
    {
        var guest = await GuestAsync();
        var email = NewEmail();
        await Track(x =>
        {
            x.WithBearerToken(guest.AccessToken);
            x.Post.Json(new Register(email, Password, "Asha Rao")).ToUrl("/api/auth/register");
            x.StatusCodeShouldBe(202);
        });

        var (messages, _) = await Track(x =>
        {
            x.WithBearerToken(guest.AccessToken);
            x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
        });
        Assert.Equal(guest.User.Id, messages.Sent.SingleMessage<GuestSignedInNotice>().GuestId);
        Assert.Null(Assert.Single(await AccountsOfAsync(email)).GuestToMerge);
    }

    [Fact]
    public async Task a_token_of_a_customer_or_of_nobody_changes_nothing_about_a_login()
    {
        var email = await RegisteredAsync();
        var other = await SignedInAsync();
        foreach (var token in new[] { other.AccessToken, "nonsense" })
        {
            var (messages, _) = await Track(x =>
            {
                x.WithBearerToken(token);
                x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
            });
            Assert.Empty(messages.Sent.MessagesOf<GuestSignedInNotice>());
        }

        await Host.Scenario(x => { x.WithBearerToken(other.AccessToken); x.Get.Url("/api/users/me"); });
    }

    [Fact]
    public async Task eight_first_logins_at_once_all_succeed()
    {
        var guest = await GuestAsync();
        var email = NewEmail();
        await Track(x =>
        {
            x.WithBearerToken(guest.AccessToken);
            x.Post.Json(new Register(email, Password, "Asha Rao")).ToUrl("/api/auth/register");
            x.StatusCodeShouldBe(202);
        });
        var answers =
            await Task.WhenAll(Enumerable.Range(0, 8)
                .Select(_ => Host.Scenario(x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login"))));
        Assert.Equal(8, answers.Select(x => x.ReadAsJson<SignedIn>()!.RefreshToken).Distinct().Count());
    }

    [Fact]
    public async Task a_password_hashed_with_old_costs_is_hashed_anew_when_its_owner_signs_in()
    {
        var email = await RegisteredAsync();
        var account = Assert.Single(await AccountsOfAsync(email));
        await StoreAsync(account.Id,
            x => x.PasswordHash = "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$dmStS6GjyZn83QmR/8InD3gwLSODIz215778hdG7GBk");

        await Host.Scenario(x => x.Post.Json(new LogIn(email, "password")).ToUrl("/api/auth/login"));
        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", Assert.Single(await AccountsOfAsync(email)).PasswordHash,
            StringComparison.Ordinal);
        await Host.Scenario(x => x.Post.Json(new LogIn(email, "password")).ToUrl("/api/auth/login"));
    }

    [Fact]
    public async Task a_password_typed_on_another_keyboard_signs_its_owner_in_wherever_it_is_asked_for()
    {
        const string composed = "Cr\u00E8me br\u00FBl\u00E9e in Goa";
        const string decomposed = "Cre\u0300me bru\u0302le\u0301e in Goa";
        var email = NewEmail();
        await Track(x =>
        {
            x.Post.Json(new Register(email, composed, "Asha Rao")).ToUrl("/api/auth/register");
            x.StatusCodeShouldBe(202);
        });

        var laptop = await SignInAsync(email, decomposed);
        var change = new ChangePassword(decomposed, $"{decomposed} 2");
        await AsAsync(laptop, HttpStatusCode.NoContent, x => x.Post.Json(change).ToUrl("/api/users/me/password"));
        await SignInAsync(email, $"{composed} 2");
        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot"));
        await ToldAsync(HttpStatusCode.OK, new ResetPassword(TokenOf(mail), composed), "/api/auth/password/reset");
        var phone = await SignInAsync(email, decomposed);
        await AsAsync(phone, HttpStatusCode.OK, x => x.Post.Json(new StartTwoFactor(decomposed)).ToUrl("/api/users/me/two-factor"));
        await AsAsync(phone, HttpStatusCode.NoContent, x => x.Delete.Json(new StopTwoFactor(decomposed)).ToUrl("/api/users/me/two-factor"));
        await AsAsync(phone, HttpStatusCode.Accepted, x => x.Delete.Json(new EraseMe(decomposed)).ToUrl("/api/users/me"));
    }

    [Theory]
    [InlineData("Cre\u0300me br\u00FBl\u00E9e", "Cre\u0300me br\u00FBl\u00E9e")]
    [InlineData("Cre\u0300me bru\u0302le\u0301e", "Cr\u00E8me br\u00FBl\u00E9e")]
    public async Task a_password_hashed_before_it_was_composed_is_hashed_anew_when_its_owner_signs_in(string hashed, string typed)
    {
        var email = await RegisteredAsync();
        var account = Assert.Single(await AccountsOfAsync(email));
        var old = Users.Passwords.PasswordHasherSpec.RawHash(hashed);
        await StoreAsync(account.Id, x => x.PasswordHash = old);

        await SignInAsync(email, typed);

        Assert.NotEqual(old, Assert.Single(await AccountsOfAsync(email)).PasswordHash);
        using var hashes = new HashCount();
        await SignInAsync(email, typed);
        Assert.Equal(1, hashes.Count);
    }

    [Fact]
    public async Task a_wrong_password_of_any_spelling_costs_the_same_with_and_without_an_account()
    {
        var email = await RegisteredAsync();
        foreach (var address in new[] { email, NewEmail(), "not an address" })
        {
            using var hashes = new HashCount();
            var wrong = new LogIn(address, "Cre\u0300me bru\u0302le\u0301e");
            Assert.Equal("auth.credentials_wrong",
                await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Json(wrong).ToUrl("/api/auth/login")));
            Assert.Equal(2, hashes.Count);
        }
    }

    [Theory]
    [InlineData("/api/auth/register", """{"email":"asha@example.com","name":"Asha","password":"half a \ud83d character"}""", "password")]
    [InlineData("/api/auth/login", """{"email":"asha@example.com","password":"half a \ude00 character"}""", "password")]
    [InlineData("/api/auth/password/reset", """{"token":"x","newPassword":"half a \ud83d\ud83d character"}""", "newPassword")]
    public async Task half_a_character_is_no_password(string url, string body, string field) =>
        Assert.Equal([field], await FaultsAsync(url, body));

    [Fact]
    public async Task a_password_is_measured_in_composed_characters()
    {
        var words = string.Concat(Enumerable.Repeat("sept mangues m\u00FBres tombent sur un toit de t\u00F4le \u00E0 Ratnagiri ", 4));
        var longest = words[..128].Normalize(NormalizationForm.FormD);
        var email = NewEmail();
        await Track(x => { x.Post.Json(new Register(email, longest, "Asha Rao")).ToUrl("/api/auth/register"); x.StatusCodeShouldBe(202); });
        await SignInAsync(email, longest);
        var body = JsonSerializer.Serialize(new { email, password = longest + "e", name = "Asha" });
        Assert.Equal(["password"], await FaultsAsync("/api/auth/register", body));
        Assert.Equal(["password"], await FaultsAsync("/api/auth/login", JsonSerializer.Serialize(new { email, password = longest + "e" })));
        Assert.Equal(["password"],
            await FaultsAsync("/api/auth/login", JsonSerializer.Serialize(new { email, password = new string('p', 100_000) })));
    }

    [Fact]
    public async Task a_login_that_knew_the_old_password_opens_nothing_once_all_sessions_were_ended()
    {
        var email = await RegisteredAsync();
        var asItWas = Assert.Single(await AccountsOfAsync(email));
        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot"));
        await ToldAsync(HttpStatusCode.OK, new ResetPassword(TokenOf(mail), "another way to Pune"), "/api/auth/password/reset");

        await using var documents = Host.Services.GetRequiredService<ICoreStore>().LightweightSession();
        var http = new DefaultHttpContext { RequestServices = Host.Services };
        var (opened, refused) = await Host.Services.GetRequiredService<SignIns>()
            .OpenAsync(asItWas, documents, http, DateTimeOffset.UtcNow);
        Assert.Null(opened);
        Assert.Equal("auth.credentials_wrong", refused.Extensions["code"]);
        var redis = AllOfRedis;
        foreach (var id in await redis.SetMembersAsync(RedisKeys.OfOneBucket.SessionsOf($"{asItWas.Id:D}")))
            Assert.False(await redis.KeyExistsAsync(RedisKeys.OfOneBucket.Session(id.ToString())));
    }

    [Fact]
    public async Task logins_while_the_password_is_reset_leave_no_session_behind()
    {
        var email = await RegisteredAsync();
        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot"));
        var logins = new List<Task<IScenarioResult>>();
        await Host.ExecuteAndWaitAsync(async () =>
        {
            for (var i = 0; i < 6; i++)
                logins.Add(Host.Scenario(x => { x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login"); x.IgnoreStatusCode(); }));
            var reset = Host.Scenario(x =>
            {
                x.Post.Json(new ResetPassword(TokenOf(mail), "another way to Pune")).ToUrl("/api/auth/password/reset");
                x.StatusCodeShouldBe(200);
            });
            await Task.WhenAll([reset, .. logins]);
        }, 60_000);

        foreach (var opened in (await Task.WhenAll(logins)).Where(x => x.Context.Response.StatusCode == 200))
            await SessionIsOverAsync(opened.ReadAsJson<SignedIn>()!);
    }

    private sealed class AwayCommerce : Aarya.Protos.Commerce.Commerce.CommerceClient
    {
        public override AsyncUnaryCall<Aarya.Protos.Commerce.Cart> MergeCartAsync(Aarya.Protos.Commerce.MergeCartRequest request,
            CallOptions options) =>
            throw new RpcException(new(StatusCode.Unavailable, "away"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"email":"asha@example.com"}""")]
    [InlineData("""{"email":"asha@example.com","password":7}""")]
    [InlineData("""{"email":"asha@example.com","password":"p","remember":true}""")]
    public async Task a_login_of_another_shape_is_refused(string body) =>
        Assert.Equal("request.invalid", await RefusedAsync(HttpStatusCode.BadRequest, x =>
        {
            x.Post.Text(body).ToUrl("/api/auth/login");
            x.WithRequestHeader("content-type", "application/json");
        }));
}
