using System.Net;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Features.Payment.Payments;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform.Auth;

[StoryOf(typeof(RegistrationRepeatedHandler))]
public sealed class RegisterSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task a_shopper_registers_and_gets_no_tokens_yet()
    {
        var email = NewEmail();
        var (messages, response) = await Track(x =>
        {
            x.Post.Json(new Register($"  {email.ToUpperInvariant()} ", Password, " Asha Rao ")).ToUrl("/api/auth/register");
            x.StatusCodeShouldBe(HttpStatusCode.Accepted);
        });

        Assert.Empty(await response.ReadAsTextAsync());
        var account = Assert.Single(await AccountsOfAsync(email));
        Assert.Equal(("Asha Rao", false), (account.Name, account.EmailVerified));
        Assert.Equal(["customer"], account.Roles);
        var registered = messages.Sent.SingleMessage<UserRegisteredNotice>();
        Assert.Equal((account.Id, email, "Asha Rao"), (registered.UserId, registered.Email, registered.Name));
    }

    [Fact]
    public async Task an_address_that_is_known_gets_the_same_answer_and_nothing_else()
    {
        var email = await RegisteredAsync();
        var before = Assert.Single(await AccountsOfAsync(email));
        using var hashes = new HashCount();
        var (messages, response) = await Track(x =>
        {
            x.Post.Json(new Register(email, "another way to Pune", "Ravi Menon")).ToUrl("/api/auth/register");
            x.StatusCodeShouldBe(HttpStatusCode.Accepted);
        });

        Assert.Empty(await response.ReadAsTextAsync());
        Assert.Equal(1, hashes.Count);
        Assert.Empty(messages.Sent.MessagesOf<UserRegisteredNotice>());
        var told = messages.Sent.SingleMessage<AccountNotice>();
        Assert.Equal((before.Id, AccountNoticeKind.RegistrationRepeated, email, null), (told.UserId, told.Kind, told.Email, told.Link));
        Assert.Equivalent(before, Assert.Single(await AccountsOfAsync(email)));
    }

    [Fact]
    public async Task ten_registrations_of_one_address_at_once_open_one_account()
    {
        var email = NewEmail();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Host.Scenario(x =>
        {
            x.Post.Json(new Register(email, Password, $"Asha {i}")).ToUrl("/api/auth/register");
            x.StatusCodeShouldBe(HttpStatusCode.Accepted);
        })));
        Assert.Single(await AccountsOfAsync(email));
    }

    public static TheoryData<string, string> Refused { get; } = new()
    {
        { "{}", "email" },
        { """{"email":null,"password":"a long way","name":"Asha"}""", "email" },
        { """{"email":"asha","password":"a long way","name":"Asha"}""", "email" },
        { """{"email":"asha\u0000@example.com","password":"a long way","name":"Asha"}""", "email" },
        { """{"email":7,"password":"a long way","name":"Asha"}""", "email" },
        { """{"email":["asha@example.com"],"password":"a long way","name":"Asha"}""", "email" },
        { """{"email":"asha@example.com","password":"seven77","name":"Asha"}""", "password" },
        { $$"""{"email":"asha@example.com","password":"{{new string('p', 129)}}","name":"Asha"}""", "password" },
        { """{"email":"asha@example.com","password":"nul \u0000 inside","name":"Asha"}""", "password" },
        { """{"email":"asha@example.com","password":12345678,"name":"Asha"}""", "password" },
        { """{"email":"asha@example.com","name":"Asha"}""", "password" },
        { """{"email":"asha@example.com","password":"a long way","name":"  "}""", "name" },
        { """{"email":"asha@example.com","password":"a long way","name":"As\u0000ha"}""", "name" },
        { """{"email":"asha@example.com","password":"a long way","name":"\ud800"}""", "name" },
        { $$"""{"email":"asha@example.com","password":"a long way","name":"{{new string('A', 10_000)}}"}""", "name" },
        { """{"email":"asha@example.com","password":"a long way","name":"Asha","role":"admin"}""", "role" },
        { """{"email":"asha@example.com","password":"a long way","name":"Asha","roles":["admin"]}""", "roles" },
        { """{"email":"asha@example.com","email":"rao@example.com","password":"a long way","name":"Asha"}""", "email" },
        { "[]", "body" },
        { "{\"email\"", "body" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task what_is_wrong_with_a_registration_is_named(string body, string field)
    {
        var before = await AccountsAsync();
        var response = await Host.Scenario(x =>
        {
            x.Post.Text(body).ToUrl("/api/auth/register");
            x.WithRequestHeader("content-type", "application/json");
            x.StatusCodeShouldBe(HttpStatusCode.BadRequest);
            x.Header("content-type").SingleValueShouldEqual("application/problem+json");
        });
        var problem = response.ReadAsJson<JsonElement>();
        Assert.Equal("request.invalid", problem.GetProperty("code").GetString());
        Assert.Contains(field, problem.GetProperty("errors").EnumerateObject().Select(x => x.Name));
        Assert.Equal(before, await AccountsAsync());
    }
}
