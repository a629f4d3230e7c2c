using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Idempotency;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine.Http;

namespace Aarya.Specs.Idempotency;

public sealed class IdempotencyKeySpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly string key = Guid.NewGuid().ToString();
    private readonly string label = Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData("", HttpStatusCode.Created)]
    [InlineData("/plain", HttpStatusCode.OK)]
    [InlineData("/result", HttpStatusCode.Accepted)]
    [InlineData("/text", HttpStatusCode.OK)]
    [InlineData("/required", HttpStatusCode.NoContent)]
    public async Task the_same_request_again_is_answered_as_before_and_does_nothing(string path, HttpStatusCode status)
    {
        using var first = await SendAsync(path, key);
        using var second = await SendAsync(path, key);

        Assert.Equal(status, first.StatusCode);
        Assert.Equal(status, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancel), await second.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(["true"], second.Headers.GetValues("Idempotency-Replayed"));
        Assert.Equal(1, await ParcelsAsync());
    }

    [Fact]
    public async Task requests_without_a_key_are_all_carried_out()
    {
        using var first = await SendAsync("", null);
        using var second = await SendAsync("", null);

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(2, await ParcelsAsync());
    }

    [Fact]
    public async Task sixteen_clients_with_one_key_have_one_effect_and_one_answer()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => SendAsync("", key)));

        var bodies = new HashSet<string>();
        foreach (var response in responses)
        {
            if (response.StatusCode == HttpStatusCode.Created) bodies.Add(await response.Content.ReadAsStringAsync(Cancel));
            else await AssertProblemAsync(response, HttpStatusCode.Conflict, "idempotency.in_progress");
        }

        Assert.Single(bodies);
        Assert.Equal(1, await ParcelsAsync());
    }

    [Fact]
    public async Task a_key_whose_request_still_runs_is_refused_with_a_time_to_come_back()
    {
        var gate = ParcelEndpoints.Gate = new();
        ParcelEndpoints.Arrived = new();
        var first = SendAsync("", key);
        await ParcelEndpoints.Arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        using var second = await SendAsync("", key);
        gate.SetResult();
        ParcelEndpoints.Gate = null;

        await AssertProblemAsync(second, HttpStatusCode.Conflict, "idempotency.in_progress");
        Assert.Equal(TimeSpan.FromSeconds(1), second.Headers.RetryAfter?.Delta);
        Assert.Equal(HttpStatusCode.Created, (await first).StatusCode);
        Assert.Equal(1, await ParcelsAsync());
    }

    [Fact]
    public async Task a_key_belongs_to_its_caller()
    {
        using var anonymous = await SendAsync("", key);
        using var guest =
            await SendAsync(HttpMethod.Post, "/specs/parcels", key, JsonContent.Create(new { label }), await Host.GuestToken());
        using var other =
            await SendAsync(HttpMethod.Post, "/specs/parcels", key, JsonContent.Create(new { label }), await Host.GuestToken());

        Assert.All([anonymous, guest, other], x => Assert.Equal(HttpStatusCode.Created, x.StatusCode));
        Assert.All([anonymous, guest, other], x => Assert.False(x.Headers.Contains("Idempotency-Replayed")));
        Assert.Equal(3, await ParcelsAsync());
    }

    [Fact]
    public async Task a_key_cannot_be_used_for_another_request()
    {
        using var first = await SendAsync("", key);
        using var second = await SendAsync("", key, "something else");

        await AssertProblemAsync(second, HttpStatusCode.UnprocessableEntity, "idempotency.key_reused");
        Assert.Equal(1, await ParcelsAsync());
    }

    [Fact]
    public async Task a_request_whose_commit_fails_leaves_nothing_and_its_key_free()
    {
        ParcelEndpoints.CommitFails = true;
        using var failed = await SendAsync("", key);
        ParcelEndpoints.CommitFails = false;
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal(0, await ParcelsAsync());

        using var again = await SendAsync("", key);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.False(again.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(1, await ParcelsAsync());
    }

    [Fact]
    public async Task a_refused_request_leaves_its_key_free()
    {
        using var refused = await SendAsync("", key, json: """{"label": 7}""");
        using var again = await SendAsync("", key);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
    }

    [Fact]
    public async Task what_is_done_already_is_not_refused_because_it_is_done()
    {
        using var sent = await SendAsync("", null);
        var path = $"{sent.Headers.Location}/returned";
        using var first = await PutAsync(path, key);
        using var second = await PutAsync(path, key);
        using var unkeyed = await PutAsync(path, null);

        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, unkeyed.StatusCode);
    }

    [Fact]
    public async Task what_must_not_be_stored_says_so_on_its_class_or_its_method_and_takes_no_notice_of_a_key()
    {
        var marked = Host.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Where(x => x.Metadata.GetMetadata<HttpChain>() is { } chain
                && (IsMarked(chain.Method.HandlerType) || IsMarked(chain.Method.Method))).ToList();
        // The edge reads the same mark, so that it does not compress the answer.
        Assert.All(marked, x => Assert.NotNull(x.Metadata.GetMetadata<AnswerIsNeverStoredAttribute>()));

        using var client = Host.Server.CreateClient();
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancel);
        // No read takes a key.
        foreach (var chain in marked.Select(x => x.Metadata.GetMetadata<HttpChain>()!).Where(x => !x.HttpMethods.Contains("GET")))
        {
            var operation = document.GetProperty("paths").GetProperty(chain.RoutePattern!.RawText!)
                .GetProperty(chain.HttpMethods.Single().ToLowerInvariant());
            Assert.DoesNotContain("Idempotency-Key", operation.GetRawText(), StringComparison.Ordinal);
        }

        // One is marked on its class alone, the other on its method alone.
        Assert.Contains(marked, x => x.Metadata.GetMetadata<HttpChain>()!.RoutePattern!.RawText == "/api/auth/login");
        Assert.Contains(marked, x => x.Metadata.GetMetadata<HttpChain>()!.RoutePattern!.RawText == "/api/auth/guest");

        static bool IsMarked(MemberInfo member) => member.IsDefined(typeof(AnswerIsNeverStoredAttribute));
    }

    [Fact]
    public async Task an_endpoint_that_requires_a_key_names_the_header()
    {
        using var response = await SendAsync("/required", null);

        var problem = await AssertProblemAsync(response, HttpStatusCode.BadRequest, "idempotency.key_required");
        Assert.True(problem.GetProperty("errors").TryGetProperty("Idempotency-Key", out _));
        Assert.Equal(0, await ParcelsAsync());
    }

    [Theory]
    [InlineData(256, 'k')]
    [InlineData(3, ' ')]
    [InlineData(3, 'ü')]
    public async Task a_key_has_1_to_255_visible_characters(int length, char filling)
    {
        using var response = await SendAsync("", $"k{new string(filling, length - 2)}k");
        await AssertProblemAsync(response, HttpStatusCode.BadRequest, "idempotency.key_invalid");
    }

    [Fact]
    public async Task a_keyed_request_above_256_KB_is_too_large()
    {
        using var response = await SendAsync("", key, new string('x', 256 * 1024));
        await AssertProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, "request.too_large");
    }

    [Fact]
    public async Task a_key_is_forgotten_after_three_days_and_not_before()
    {
        using var first = await SendAsync("", key);
        await using (var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession())
        {
            session.QueueSqlCommand(
                "insert into content.idempotency_key (subject, key, request_hash, status, body, created_at) values ('old', ?, '', 200, '', "
                + "now() - interval '73 hours')", key);
            await session.SaveChangesAsync(Cancel);
        }

        await Host.Services.GetServices<IHostedService>().OfType<IdempotencyKeyExpiry>().Single().ForgetAsync(Cancel);

        await using var query = Host.Services.GetRequiredService<IContentStore>().QuerySession();
        Assert.Equal([key],
            await query.AdvancedSql.QueryAsync<string>("select key from content.idempotency_key where key = ?", Cancel, key));
    }

    private Task<HttpResponseMessage> SendAsync(string path, string? key, string? text = null, string? json = null) =>
        SendAsync(HttpMethod.Post, $"/specs/parcels{path}", key,
            json is null ? JsonContent.Create(new { label = text ?? label }) : new StringContent(json, null, "application/json"));

    private Task<HttpResponseMessage> PutAsync(string path, string? key) => SendAsync(HttpMethod.Put, path, key, null);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? key,
        HttpContent? content, string? token = null)
    {
        using var client = Host.Server.CreateClient();
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await client.SendAsync(request, Cancel);
    }

    private async Task<int> ParcelsAsync()
    {
        await using var session = Host.Services.GetRequiredService<IContentStore>().QuerySession();
        return await session.Query<Parcel>().CountAsync(x => x.Label == label, Cancel);
    }

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem;
    }
}
