using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;

namespace Aarya.Specs.CorePlatform.Users;

/// <summary>What users change in their own account.</summary>
[StoryOf(typeof(ChangeEmailEndpoint), typeof(ChangePasswordEndpoint), typeof(DeactivateEndpoint), typeof(EditMeEndpoint),
    typeof(GetMeEndpoint))]
public sealed class OwnAccountSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private const string NewPassword = "a short way to Pune";

    [Fact]
    public async Task a_new_password_ends_every_other_session_and_the_owner_is_told()
    {
        var email = await RegisteredAsync();
        var (phone, laptop) = (await SignInAsync(email), await SignInAsync(email));
        Assert.Equal("account.password_wrong", await RefusedAsync(HttpStatusCode.BadRequest, x =>
        {
            x.WithBearerToken(laptop.AccessToken);
            x.Post.Json(new ChangePassword("a wrong password", NewPassword)).ToUrl("/api/users/me/password");
        }));

        var (_, told) =
            await AsAsync(laptop, HttpStatusCode.NoContent,
                x => x.Post.Json(new ChangePassword(Password, NewPassword)).ToUrl("/api/users/me/password"));
        Assert.Equal((AccountNoticeKind.PasswordChanged, email), (Assert.Single(told).Kind, told[0].Email));
        await SessionIsOverAsync(phone);
        await SessionGoesOnAsync(laptop);
        Assert.Equal("auth.credentials_wrong",
            await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login")));
        await SignInAsync(email, NewPassword);
    }

    [Fact]
    public async Task somebody_changes_their_name_and_telephone_number()
    {
        var shopper = await SignedInAsync();
        Assert.Equal("Asha Iyer", (await EditedAsync(shopper, new EditMe(Name: " Asha Iyer "))).Name);
        var both = await EditedAsync(shopper, new EditMe(Phone: "+91 98450 12345"));
        Assert.Equal(("Asha Iyer", "+91 98450 12345"), (both.Name, both.Phone));
        Assert.Equal("+91 98450-12345", (await EditedAsync(shopper, new EditMe(Phone: " \u202A+91\u00A098450\u201112345\u202C "))).Phone);
        Assert.Null((await EditedAsync(shopper, new EditMe(Phone: ""))).Phone);
    }

    [Fact]
    public async Task a_deactivated_account_lets_nobody_in_until_its_password_is_set_anew()
    {
        var email = await RegisteredAsync();
        var shopper = await SignInAsync(email);
        var (_, told) =
            await AsAsync(shopper, HttpStatusCode.NoContent, x => x.Post.Json(new Deactivate(Password)).ToUrl("/api/users/me/deactivate"));
        Assert.Equal(AccountNoticeKind.Deactivated, Assert.Single(told).Kind);
        await SessionIsOverAsync(shopper);
        using (var hashes = new HashCount())
        {
            Assert.Equal("auth.credentials_wrong",
                await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login")));
            Assert.Equal(1, hashes.Count);
        }

        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot"));
        await ToldAsync(HttpStatusCode.OK, new ResetPassword(TokenOf(mail), NewPassword), "/api/auth/password/reset");
        await SignInAsync(email, NewPassword);
    }

    [Theory]
    [InlineData("PATCH", "/api/users/me", """{"name":" "}""", "name")]
    [InlineData("PATCH", "/api/users/me", """{"name":"As\u0000ha"}""", "name")]
    [InlineData("PATCH", "/api/users/me", """{"phone":"call me"}""", "phone")]
    [InlineData("PATCH", "/api/users/me", """{"phone":9845012345}""", "phone")]
    [InlineData("PATCH", "/api/users/me", """{"email":"asha@example.com"}""", "email")]
    [InlineData("PATCH", "/api/users/me", """{"roles":["admin"]}""", "roles")]
    [InlineData("POST", "/api/users/me/password", """{"newPassword":"a long way"}""", "currentPassword")]
    [InlineData("POST", "/api/users/me/password", """{"currentPassword":"p","newPassword":"seven77"}""", "newPassword")]
    [InlineData("POST", "/api/users/me/deactivate", "{}", "password")]
    [InlineData("POST", "/api/users/me/deactivate", """{"password":["p"]}""", "password")]
    public async Task what_is_wrong_with_a_request_is_named(string method, string url, string body, string field)
    {
        var shopper = await SignedInAsync();
        Assert.Contains(field, await FaultsAsync(url, body, shopper.AccessToken, method));
        await SessionGoesOnAsync(shopper);
    }

    [Fact]
    public async Task a_name_of_ten_thousand_letters_is_refused() =>
        Assert.Equal(["name"],
            await FaultsAsync("/api/users/me", $$"""{"name":"{{new string('A', 10_000)}}"}""",
                (await SignedInAsync()).AccessToken, "PATCH"));

    [Theory]
    [InlineData("PATCH", "/api/users/me")]
    [InlineData("POST", "/api/users/me/password")]
    [InlineData("POST", "/api/users/me/email")]
    [InlineData("POST", "/api/users/me/deactivate")]
    [InlineData("POST", "/api/users/me/two-factor")]
    public async Task a_guest_has_no_account_to_change(string method, string url)
    {
        var guest = await GuestAsync();
        using var client = Host.Server.CreateClient();
        using var request = new HttpRequestMessage(new(method), url)
        {
            Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", guest.AccessToken);
        using var response = await client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private async Task<UserView> EditedAsync(SignedIn who, EditMe command) =>
        (await AsAsync(who, HttpStatusCode.OK, x => x.Patch.Json(command).ToUrl("/api/users/me"))).Response.ReadAsJson<UserView>()!;
}
