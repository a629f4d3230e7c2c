using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform.Privacy;

public sealed class EraseMeSpec(AaryaFixture fixture, OtherNode node) : CoreSpec(fixture), IClassFixture<OtherNode>
{
    private const int Rounds = 12;

    private static readonly object Home =
        new
        {
            name = "Asha Rao",
            line1 = "14 Residency Road",
            city = "Bengaluru",
            state = "Karnataka",
            postalCode = "560025",
            country = "IN",
            phone = "+919845012345",
        };

    [Fact]
    public async Task nothing_that_happens_to_an_account_while_it_is_erased_brings_it_back()
    {
        var admin = await Host.TokenFor("admin");
        for (var round = 0; round < Rounds; round++)
        {
            var email = await RegisteredAsync();
            var asha = await SignInAsync(email);
            var link =
                TokenOf(Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot")));
            var statuses = new List<HttpStatusCode>();
            await Host.ExecuteAndWaitAsync(async () =>
            {
                var erased = SendAsync(Host, asha.AccessToken, HttpMethod.Delete, "/api/users/me", new { password = Password });
                // Each request is repeated on one of the nodes until the account is gone, so that some are under way at that moment.
                var others = new (string? Token, HttpMethod Method, string Path, object? Body)[]
                {
                    (asha.AccessToken, HttpMethod.Patch, "/api/users/me", new { name = "Asha Iyer" }),
                    (asha.AccessToken, HttpMethod.Patch, "/api/users/me", new { phone = "+919845012345" }),
                    (asha.AccessToken, HttpMethod.Post, "/api/users/me/addresses", Home),
                    (asha.AccessToken, HttpMethod.Get, "/api/users/me/export", null),
                    (asha.AccessToken, HttpMethod.Post, "/api/users/me/two-factor", new { password = Password }),
                    (null, HttpMethod.Post, "/api/auth/password/reset", new { token = link, newPassword = "a short way to Pune" }),
                    (admin, HttpMethod.Put, $"/api/admin/users/{asha.User.Id}/roles/support", null),
                    (admin, HttpMethod.Put, $"/api/admin/users/{asha.User.Id}/roles/merchandiser", null),
                };
                var running = others.Select(async (x, i) =>
                {
                    do
                    {
                        var status = await SendAsync(i % 2 == 0 ? Host : node.Host, x.Token, x.Method, x.Path, x.Body);
                        lock (statuses) statuses.Add(status);
                    }
                    while (!erased.IsCompleted);
                });
                await Task.WhenAll(running);
                // When the password was reset first, the erasure with the old password is refused.
                if (await erased is not HttpStatusCode.Accepted)
                {
                    Assert.Contains(await erased, new[] { HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized });
                    Assert.Equal(HttpStatusCode.Accepted,
                        await SendAsync(Host, (await SignInAsync(email, "a short way to Pune")).AccessToken, HttpMethod.Delete,
                            "/api/users/me", new { password = "a short way to Pune" }));
                }
            }, 60_000);

            Assert.DoesNotContain(statuses, x => (int)x >= 500);
            Assert.Empty(await PlacesOfAsync(asha.User.Id));
        }
    }

    [Fact]
    public async Task somebody_is_signed_out_everywhere_before_anybody_is_told_to_forget_them()
    {
        var guest = await GuestAsync();
        var email = await RegisteredAsync();
        var (_, response) = await Track(x =>
        {
            x.WithBearerToken(guest.AccessToken);
            x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
        });
        var (phone, laptop) = (response.ReadAsJson<SignedIn>()!, await SignInAsync(email));

        var (messages, _) = await Track(x =>
        {
            x.WithBearerToken(phone.AccessToken);
            x.Delete.Json(new EraseMe(Password)).ToUrl("/api/users/me");
            x.StatusCodeShouldBe(HttpStatusCode.Accepted);
        });
        var told = messages.Sent.SingleMessage<UserErasedNotice>();
        Assert.Equal((phone.User.Id, guest.User.Id, null), (told.UserId, Assert.Single(told.Guests), told.Orders));

        // A session that was opened at the same moment ends with the next round.
        foreach (var session in new[] { phone, laptop, guest }) await SessionIsOverAsync(session);
        var late = await Sessions.StartAsync(phone.User.Id, guest: false);
        var lateGuest = await Sessions.StartAsync(guest.User.Id, guest: true);
        await Host.InvokeMessageAndWaitAsync(new BeginRound(told.ErasureId));
        Assert.Null(await Sessions.FindAsync(late.Session.Id));
        Assert.Null(await Sessions.FindAsync(lateGuest.Session.Id));
    }

    private SessionStore Sessions => Host.Services.GetRequiredService<SessionStore>();

    private static async Task<HttpStatusCode> SendAsync(IAlbaHost on, string? token, HttpMethod method, string path, object? body)
    {
        using var client = on.Server.CreateClient();
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    /// <summary>The tables of core that contain the person, except the audit trail, the erasure itself and queued messages.</summary>
    private async Task<IReadOnlyList<string>> PlacesOfAsync(Guid person)
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().QuerySession();
        string[] tables = ["mt_doc_user", "mt_doc_addressbook", "mt_doc_personalexport", "idempotency_key"];
        List<string> found = [];
        foreach (var table in tables)
        {
            await using var count = new NpgsqlCommand($"select count(*) from core.{table} x where to_jsonb(x)::text like $1")
            {
                Parameters = { new() { Value = $"%{person}%" } },
            };
            await using var reader = await documents.ExecuteReaderAsync(count, Cancellation);
            await reader.ReadAsync(Cancellation);
            if (reader.GetInt64(0) > 0) found.Add(table);
        }

        return found;
    }
}
