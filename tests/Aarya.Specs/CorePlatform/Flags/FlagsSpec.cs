using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.CorePlatform.Flags;
using Aarya.Features.CorePlatform.Store;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Http;
using Aarya.Specs.Flags;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Aarya.Specs.CorePlatform.Flags;

[StoryOf(typeof(DeleteFlagEndpoint), typeof(GetFlagsEndpoint), typeof(PutFlagEndpoint), typeof(ListFlagsEndpoint),
    typeof(GetFlagEndpoint))]
public sealed class FlagsSpec(AaryaFixture fixture, OtherNode node) : CoreSpec(fixture), IClassFixture<OtherNode>
{
    [Fact]
    public async Task an_admin_switches_a_feature_and_every_node_follows_within_two_seconds()
    {
        var (admin, guest) = (await Host.TokenFor("admin"), await Host.GuestToken());
        var name = NewName();
        foreach (var on in new[] { true, false })
        {
            await SendAsync(HttpMethod.Put, name, admin, new { enabled = on });
            var watch = Stopwatch.StartNew();
            await Eventually.HoldsAsync($"the flag to be {on} on both nodes",
                async () => await IsOnAsync(Host, guest, name) == on && await IsOnAsync(node.Host, guest, name) == on, Soon);
            TestContext.Current.TestOutputHelper?.WriteLine($"Both nodes followed after {watch.ElapsedMilliseconds} ms.");
        }

        await SendAsync(HttpMethod.Delete, name, admin);
        await Eventually.HoldsAsync("the flag to be gone", async () => await IsOnAsync(node.Host, guest, name) is null, Soon);
    }

    [Fact]
    public async Task processes_without_core_know_the_flags_by_asking_it()
    {
        var admin = await Host.TokenFor("admin");
        var name = NewName();
        await SendAsync(HttpMethod.Put, name, admin, new
        {
            enabled = true,
            match = "any",
            percentage = 12.5,
            roles = new[] { "support", "merchandiser" },
            from = "2026-01-01T00:00:00+00:00",
            until = "2027-01-01T00:00:00+00:00",
        });
        await SendAsync(HttpMethod.Put, $"{name}.bare", admin, new { enabled = true });

        var stored = await new StoredFlags(Host.Services.GetRequiredService<ICoreStore>()).FetchAsync(Cancellation);
        var remote = new RemoteFlags(Host.Services.GetRequiredService<Aarya.Protos.Core.Core.CoreClient>());
        Assert.Equivalent(stored, await remote.FetchAsync(Cancellation), strict: true);
        Assert.Equal(2, stored.Count(x => x.Name.StartsWith(name, StringComparison.Ordinal)));

        var elsewhere = new CachedFlags(remote, TimeProvider.System, NullLoggerFactory.Instance, TimeSpan.FromSeconds(30));
        Assert.True(await elsewhere.IsOnAsync($"{name}.bare", null, Cancellation));
        await SendAsync(HttpMethod.Delete, name, admin);
        await SendAsync(HttpMethod.Delete, $"{name}.bare", admin);
    }

    [Fact]
    public async Task a_slice_behind_a_flag_is_not_there_until_it_is_on()
    {
        var admin = await Host.TokenFor("admin");
        var (support, customer) = (await Host.TokenFor("support"), await Host.TokenFor("customer"));
        Assert.Equal("feature.not_found",
            await RefusedAsync(HttpStatusCode.NotFound, x => { x.WithBearerToken(support); x.Get.Url("/specs/gates/closed"); }));
        Assert.Equal("feature.not_found", await RefusedAsync(HttpStatusCode.NotFound, x => x.Get.Url("/specs/gates/closed")));

        await SendAsync(HttpMethod.Put, Gate.Flag, admin, new { enabled = true, roles = new[] { "support" } });
        await Eventually.HoldsAsync("the flag to be on", async () => await IsOnAsync(Host, support, Gate.Flag) == true, Soon);
        Assert.Equal("open", await TextAsync("/specs/gates/closed", support));
        Assert.Equal("new", await TextAsync("/specs/gates/asking", support));
        Assert.Equal("old", await TextAsync("/specs/gates/asking", customer));
        Assert.Equal("feature.not_found",
            await RefusedAsync(HttpStatusCode.NotFound, x => { x.WithBearerToken(customer); x.Get.Url("/specs/gates/closed"); }));
        await SendAsync(HttpMethod.Delete, Gate.Flag, admin);
    }

    [Fact]
    public async Task a_storefront_asks_again_without_reading_it_all_again()
    {
        var (admin, guest) = (await Host.TokenFor("admin"), await Host.GuestToken());
        var name = NewName();
        await SendAsync(HttpMethod.Put, name, admin, new { enabled = true });
        await Eventually.HoldsAsync("the flag to be on", async () => await IsOnAsync(Host, guest, name) == true, Soon);

        var first = await Host.Scenario(x => { x.WithBearerToken(guest); x.Get.Url("/api/flags"); });
        var tag = first.Context.Response.Headers.ETag.ToString();
        Assert.Equal("private, no-cache", first.Context.Response.Headers.CacheControl.ToString());
        await Host.Scenario(x =>
        {
            x.WithBearerToken(guest);
            x.WithRequestHeader("If-None-Match", tag);
            x.Get.Url("/api/flags");
            x.StatusCodeShouldBe(HttpStatusCode.NotModified);
        });
        Assert.Equal("auth.required", await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Get.Url("/api/flags")));
        await SendAsync(HttpMethod.Delete, name, admin);
    }

    [Fact]
    public async Task a_flag_is_read_as_it_was_written_and_every_change_is_in_the_trail()
    {
        var admin = await Host.TokenFor("admin");
        var name = NewName();
        var written = new
        {
            enabled = true,
            description = "The new checkout",
            match = "any",
            percentage = 12.5,
            roles = new[] { "support" },
            from = "2026-01-01T00:00:00+00:00",
            until = "2027-01-01T00:00:00+00:00",
        };
        var (_, put, tag) = await SendAsync(HttpMethod.Put, name, admin, written);
        var (_, read, readTag) = await SendAsync(HttpMethod.Get, name, admin);
        Assert.Equal(tag, readTag);
        Assert.Equal(put.ToString(), read.ToString());
        foreach (var member in JsonSerializer.SerializeToElement(written).EnumerateObject())
            Assert.True(JsonElement.DeepEquals(member.Value, read.GetProperty(member.Name)), member.Name);

        await SendAsync(HttpMethod.Put, name, admin, new { enabled = false });
        var listed = (await Host.Scenario(x => { x.WithBearerToken(admin); x.Get.Url("/api/admin/flags"); })).ReadAsJson<JsonElement>()
            .GetProperty("items");
        Assert.False(Assert.Single(listed.EnumerateArray(), x => x.GetProperty("name").GetString() == name)
            .TryGetProperty("percentage", out _));
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, name, admin)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, name, admin)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, name, admin)).Status);

        var trail = await TrailAsync(admin, name);
        Assert.Equal([AuditActions.FlagDeleted, AuditActions.FlagChanged, AuditActions.FlagChanged], trail.Select(x => x.Action));
        Assert.All(trail, x => Assert.Equal(Guid.Parse(new JsonWebToken(admin).Subject), x.ActorId));
        Assert.Contains("12.5", trail[1].Details["was"], StringComparison.Ordinal);
        Assert.DoesNotContain("12.5", trail[1].Details["is"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task whoever_changes_what_they_have_not_seen_is_told_so()
    {
        var admin = await Host.TokenFor("admin");
        var name = NewName();
        var (_, _, first) = await SendAsync(HttpMethod.Put, name, admin, new { enabled = true });
        var (_, _, second) = await SendAsync(HttpMethod.Put, name, admin, new { enabled = false }, ifMatch: first);
        Assert.NotEqual(first, second);

        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Delete })
        {
            var (status, problem, _) =
                await SendAsync(method, name, admin, method == HttpMethod.Put ? new { enabled = true } : null, ifMatch: first);
            Assert.Equal((HttpStatusCode.PreconditionFailed, "request.precondition_failed"),
                (status, problem.GetProperty("code").GetString()));
        }

        Assert.Equal(HttpStatusCode.PreconditionFailed,
            (await SendAsync(HttpMethod.Put, NewName(), admin, new { enabled = true }, ifMatch: "*")).Status);
        Assert.Equal(2, (await TrailAsync(admin, name)).Count);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, name, admin, ifMatch: second)).Status);
    }

    [Fact]
    public async Task of_admins_who_change_a_flag_at_the_same_moment_nobody_s_change_is_lost_unsaid()
    {
        var admin = await Host.TokenFor("admin");
        var name = NewName();
        await SendAsync(HttpMethod.Put, name, admin, new { enabled = false });
        var answers =
            await Task.WhenAll(Enumerable.Range(1, 8)
                .Select(x => SendAsync(HttpMethod.Put, name, admin, new { enabled = true, percentage = x })));
        Assert.All(answers, x => Assert.Contains(x.Status, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict }));
        Assert.Equal(1 + answers.Count(x => x.Status == HttpStatusCode.OK), (await TrailAsync(admin, name)).Count);
        await SendAsync(HttpMethod.Delete, name, admin);
    }

    [Theory]
    [InlineData("""{}""", "enabled")]
    [InlineData("""{"enabled": "yes"}""", "enabled")]
    [InlineData("""{"enabled": true, "percentage": -1}""", "percentage")]
    [InlineData("""{"enabled": true, "percentage": 100.5}""", "percentage")]
    [InlineData("""{"enabled": true, "roles": []}""", "roles")]
    [InlineData("""{"enabled": true, "roles": ["root"]}""", "roles")]
    [InlineData("""{"enabled": true, "roles": ["support", "support"]}""", "roles")]
    [InlineData("""{"enabled": true, "match": "some"}""", "match")]
    [InlineData("""{"enabled": true, "from": "soon"}""", "from")]
    [InlineData("""{"enabled": true, "from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}""", "until")]
    [InlineData("""{"enabled": true, "colour": "red"}""", "colour")]
    public async Task a_flag_that_means_nothing_is_refused_by_name_and_changes_nothing(string body, string field)
    {
        var admin = await Host.TokenFor("admin");
        var name = NewName();
        var (status, problem, _) = await SendAsync(HttpMethod.Put, name, admin, JsonDocument.Parse(body).RootElement);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, name, admin)).Status);
        Assert.Empty(await TrailAsync(admin, name));
    }

    [Fact]
    public async Task a_name_is_one_that_code_can_say()
    {
        var admin = await Host.TokenFor("admin");
        foreach (var name in new[] { "New", "1st", "new%20one", new string('x', 65) })
        {
            var (status, problem, _) = await SendAsync(HttpMethod.Put, name, admin, new { enabled = true });
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal("name", Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        }
    }

    [Fact]
    public async Task only_admins_switch_features()
    {
        foreach (var role in new[] { "customer", "support", "merchandiser" })
        {
            var token = await Host.TokenFor(role);
            foreach (var (method, body) in new[]
            {
                (HttpMethod.Get, null),
                (HttpMethod.Put, new { enabled = true }),
                (HttpMethod.Delete, (object?)null),
            })
                Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(method, "any", token, body)).Status);
        }
    }

    // CachedFlagsSpec checks the exact times with a clock of its own; this bound leaves room for a busy machine.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static string NewName() => $"specs.{Guid.NewGuid():N}";

    private static async Task<bool?> IsOnAsync(IAlbaHost on, string token, string name)
    {
        var answer = await on.Scenario(x => { x.WithBearerToken(token); x.Get.Url("/api/flags"); });
        return answer.ReadAsJson<JsonElement>().GetProperty("flags").TryGetProperty(name, out var value) ? value.GetBoolean() : null;
    }

    private async Task<string> TextAsync(string url, string token) =>
        (await (await Host.Scenario(x => { x.WithBearerToken(token); x.Get.Url(url); })).ReadAsTextAsync()).Trim('"');

    private async Task<IReadOnlyList<AuditEntryView>> TrailAsync(string admin, string name) =>
        (await Host.Scenario(x => { x.WithBearerToken(admin); x.Get.Url($"/api/admin/audit?target={name}"); }))
            .ReadAsJson<AuditPage>()!.Items;

    private async Task<(HttpStatusCode Status, JsonElement Body, string? Tag)> SendAsync(HttpMethod method, string name, string token,
        object? body = null, string? ifMatch = null)
    {
        using var client = Host.Server.CreateClient();
        using var request = new HttpRequestMessage(method, $"/api/admin/flags/{name}")
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        if (body is not null) request.Content = JsonContent.Create(body, options: AaryaJson.Options);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var response = await client.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return (response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text),
            response.Headers.ETag?.ToString());
    }
}
