using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Edge;

/// <summary>Bodies and queries that an endpoint does not accept.</summary>
public abstract class RefusedInputSpec(EdgeShop edge)
{
    [Collection(WholeEdgeSpecs.Name)]
    public sealed class InOneProcess(WholeEdge edge) : RefusedInputSpec(edge);

    [Collection(SplitEdgeSpecs.Name)]
    public sealed class BehindAGateway(SplitEdge edge) : RefusedInputSpec(edge);

    private const string Id = "0198c1f0-0000-7000-8000-000000000001";
    private const string Good = $$"""{"name": "Rex", "legs": 4, "shelterId": "{{Id}}", "size": "very_large"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task what_the_contract_names_is_taken()
    {
        var all = $$"""
            {"name": "Rex \u00e9 \\u0000", "legs": 4, "shelterId": "{{Id}}", "size": "small", "nickname": null,
             "fee": {"amount": 100, "currency": "INR"}, "toys": [{"name": "ball", "count": 2}], "bornAt": "2026-01-31T12:00:00+05:30",
             "admittedOn": "2026-01-31", "vaccinated": true, "chip": 9007199254740993, "weight": 12.5, "notes": {"diet": "fish"} }
            """;
        foreach (var body in new[] { Good, all, "\uFEFF" + Good })
        {
            using var response = await PostAsync(body);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task a_request_of_which_nothing_is_required_needs_no_body()
    {
        using var none = await SendAsync(HttpMethod.Post, $"/specs/pets/{Id}/released");
        using var empty = await SendAsync(HttpMethod.Post, $"/specs/pets/{Id}/released", JsonContent.Create(new { }));
        using var bad = await SendAsync(HttpMethod.Post, $"/specs/pets/{Id}/released", JsonContent.Create(new { reason = 1 }));

        Assert.Equal(HttpStatusCode.OK, none.StatusCode);
        Assert.Equal(HttpStatusCode.OK, empty.StatusCode);
        await AssertRefusedAsync(bad, "reason", "must be a text");
    }

    [Theory]
    // members
    [InlineData("""{"name": "Rex", "shelterId": "ID", "size": "small"}""", "legs", "is required")]
    [InlineData("""{}""", "name", "is required")]
    [InlineData("""{}""", "size", "is required")]
    [InlineData("""{"name": null, "legs": 4, "shelterId": "ID", "size": "small"}""", "name", "must not be null")]
    [InlineData("""{"name": "Rex", "legs": null, "shelterId": "ID", "size": "small"}""", "legs", "must not be null")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "colour": "red"}""", "colour",
        "is not a member of this request")]
    [InlineData("""{"Name": "Rex", "legs": 4, "shelterId": "ID", "size": "small"}""", "Name", "is not a member of this request")]
    [InlineData("""{"name": "Rex", "legs": 4, "legs": 5, "shelterId": "ID", "size": "small"}""", "legs", "is given twice")]
    [InlineData("""{"name": "Rex", "legs": 4, "l\u0065gs": 5, "shelterId": "ID", "size": "small"}""", "legs", "is given twice")]
    // kinds
    [InlineData("""{"name": 7, "legs": 4, "shelterId": "ID", "size": "small"}""", "name", "must be a text")]
    [InlineData("""{"name": "Rex", "legs": "4", "shelterId": "ID", "size": "small"}""", "legs", "must be a whole number")]
    [InlineData("""{"name": "Rex", "legs": 4.5, "shelterId": "ID", "size": "small"}""", "legs", "must be a whole number")]
    [InlineData("""{"name": "Rex", "legs": 99999999999, "shelterId": "ID", "size": "small"}""", "legs", "must be a whole number")]
    [InlineData("""{"name": "Rex", "legs": 1e400, "shelterId": "ID", "size": "small"}""", "legs", "must be a whole number")]
    [InlineData("""{"name": "Rex", "legs": true, "shelterId": "ID", "size": "small"}""", "legs", "must be a whole number")]
    [InlineData("""{"name": "Rex", "legs": [4], "shelterId": "ID", "size": "small"}""", "legs", "must be a whole number")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "rex", "size": "small"}""", "shelterId", "must be a UUID")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "huge"}""", "size", "must be one of: small, very_large")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": 1}""", "size", "must be one of: small, very_large")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "VeryLarge"}""", "size", "must be one of: small, very_large")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "bornAt": "yesterday"}""", "bornAt", "must be a time")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "admittedOn": "31/01/2026"}""",
        "admittedOn", "must be a date")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "vaccinated": "yes"}""", "vaccinated",
        "must be true or false")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "weight": "12"}""", "weight", "must be a number")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "toys": {}}""", "toys", "must be a list")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "toys": [null]}""", "toys[0]", "must not be null")]
    [InlineData(
        """{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "toys": [{"name": "a", "count": 1}, """
        + """{"name": "b", "count": "2"}]}""", "toys[1].count", "must be a whole number")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "toys": ["ball"]}""", "toys[0]", "must be an object")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "notes": {"a": 1}}""", "notes.a", "must be a text")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "notes": {"a": "1", "a": "2"}}""",
        "notes.a", "is given twice")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "fee": 100}""", "fee",
        "must be an object with amount and currency")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "fee": {"amount": 1.5, "currency": "INR"}}""",
        "fee", "whole amount")]
    // text that cannot be stored
    [InlineData("""{"name": "R\u0000x", "legs": 4, "shelterId": "ID", "size": "small"}""", "name", "must not contain the NUL character")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "notes": {"a": "\u0000"}}""", "notes.a",
        "must not contain the NUL character")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "notes": {"\u0000": "a"}}""", "notes",
        "must not contain the NUL character")]
    [InlineData("""{"name": "\ud800", "legs": 4, "shelterId": "ID", "size": "small"}""", "name", "is not valid Unicode")]
    [InlineData("""{"\ud800": 1}""", "?", "is not a member of this request")]
    [InlineData("""{"na\udc00me": 1}""", "?", "is not a member of this request")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "\ud800"}""", "size", "must be one of: small, very_large")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "\ud800", "size": "small"}""", "shelterId", "must be a UUID")]
    [InlineData("""{"name": "Rex", "legs": "\ud800", "shelterId": "ID", "size": "small"}""", "legs", "must be a whole number")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "bornAt": "\ud800"}""", "bornAt", "must be a time")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "admittedOn": "\ud800"}""",
        "admittedOn", "must be a date")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "fee": {"\ud800": 1}}""", "fee", "")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "fee": {"amount": 1, "currency": "\ud800"}}""",
        "fee", "")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "toys": [{"\ud800": 1}]}""",
        "toys[0].?", "is not a member of this request")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "notes": {"\ud800": "a"}}""",
        "notes", "is not valid Unicode")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small", "notes": {"a": "\ud800"}}""",
        "notes.a", "is not valid Unicode")]
    // whole bodies
    [InlineData("", "body", "must be a JSON object")]
    [InlineData("   ", "body", "must be a JSON object")]
    [InlineData("null", "body", "must be an object")]
    [InlineData("[]", "body", "must be an object")]
    [InlineData("\"Rex\"", "body", "must be an object")]
    [InlineData("{", "body", "is not valid JSON")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small",}""", "body", "is not valid JSON")]
    [InlineData("""{"name": 'Rex'}""", "body", "is not valid JSON")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small"} {}""", "body", "is not valid JSON")]
    [InlineData("""{"name": "Rex", "legs": 4, "shelterId": "ID", "size": "small"} // done""", "body", "is not valid JSON")]
    [InlineData("""{"name": "Rex", "legs": NaN, "shelterId": "ID", "size": "small"}""", "body", "is not valid JSON")]
    [InlineData("""{"name": "Rex", "legs": 04, "shelterId": "ID", "size": "small"}""", "body", "is not valid JSON")]
    public async Task a_bad_body_is_refused_naming_the_member(string body, string field, string message)
    {
        using var response = await PostAsync(body.Replace("ID", Id, StringComparison.Ordinal));
        await AssertRefusedAsync(response, field, message);
    }

    [Fact]
    public async Task every_fault_is_named_at_once()
    {
        using var response = await PostAsync("""{"legs": "4", "size": 9, "colour": 1}""");

        var errors = await AssertRefusedAsync(response, "legs", "must be a whole number");
        Assert.Equal(["legs", "size", "colour", "name", "shelterId"], errors.EnumerateObject().Select(x => x.Name));
    }

    [Theory]
    [InlineData(31, HttpStatusCode.BadRequest, "notes", "must be an object")]
    [InlineData(33, HttpStatusCode.BadRequest, "body", "is nested deeper than 32 levels")]
    [InlineData(100_000, HttpStatusCode.BadRequest, "body", "is nested deeper than 32 levels")]
    public async Task a_body_may_be_nested_32_levels(int depth, HttpStatusCode status, string field, string message)
    {
        using var response = await PostAsync($$"""{"notes": {{new string('[', depth)}}{{new string(']', depth)}}}""");
        Assert.Equal(status, response.StatusCode);
        await AssertRefusedAsync(response, field, message);
    }

    [Fact]
    public async Task bytes_that_are_no_text_are_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Good.Replace("Rex", "R?x", StringComparison.Ordinal));
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xff;
        using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/json") } };
        using var response = await SendAsync(HttpMethod.Post, "/specs/pets", content);
        await AssertRefusedAsync(response, "name", "is not valid Unicode");
    }

    [Fact]
    public async Task no_more_faults_are_listed_than_a_person_can_read()
    {
        using var response =
            await PostAsync($$"""{{{string.Join(',', Enumerable.Range(0, 5000).Select(x => $"\"{new string('x', 100)}{x}\": 1"))}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.InRange((await response.Content.ReadAsByteArrayAsync(Cancel)).Length, 1, 8000);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/*")]
    [InlineData("text/json")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task another_media_type_is_refused(string mediaType)
    {
        using var content = new StringContent(Good) { Headers = { ContentType = MediaTypeHeaderValue.Parse(mediaType) } };
        using var response = await SendAsync(HttpMethod.Post, "/specs/pets", content);
        await AssertProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "request.media_type");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Type: \r\n")]
    [InlineData("Content-Type: json\r\n")]
    [InlineData("Content-Type: application/json, text/plain\r\n")]
    [InlineData("Content-Type: application/json\r\nContent-Type: application/json\r\n")]
    [InlineData("Content-Type: text/plain\r\nContent-Type: application/json\r\n")]
    [InlineData("Content-Type: application/json\u00e9\r\n")]
    public async Task a_body_has_one_media_type(string headers)
    {
        var answer = await edge.SendRawAsync(
            $"POST /specs/pets HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {Good.Length}\r\nConnection: close\r\n\r\n{Good}");
        Assert.StartsWith("HTTP/1.1 415", answer, StringComparison.Ordinal);
        Assert.Contains("request.media_type", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("application/json; charset=UTF-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/vnd.pets+json")]
    public async Task json_has_more_than_one_name(string type)
    {
        var head = $"POST /specs/pets HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nContent-Length: {Good.Length}\r\n";
        var answer = await edge.SendRawAsync($"{head}Connection: close\r\n\r\n{Good}");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_compressed_body_is_refused()
    {
        using var content = new StringContent(Good, null, "application/json") { Headers = { ContentEncoding = { "gzip" } } };
        using var response = await SendAsync(HttpMethod.Post, "/specs/pets", content);
        await AssertProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "request.media_type");
    }

    [Fact]
    public async Task a_body_above_1_MB_is_too_large()
    {
        // The client waits for the server's answer to the headers: a client that is still sending sees a broken pipe instead of the 413.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/specs/pets") { Headers = { ExpectContinue = true } };
        request.Content = new StringContent($$"""{"name": "{{new string('x', 1024 * 1024)}}"}""", Encoding.UTF8, "application/json");
        using var response = await edge.Client.SendAsync(request, Cancel);
        await AssertProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, "request.too_large");
    }

    [Theory]
    [InlineData("limit=many", "limit", "must be a whole number")]
    [InlineData("limit=1.5", "limit", "must be a whole number")]
    [InlineData("limit=1&limit=2", "limit", "must be a whole number")]
    [InlineData("size=huge", "size", "must be one of: small, very_large")]
    [InlineData("q=a%00b", "q", "must not contain the NUL character")]
    [InlineData("unknown%00=1", "query", "must not contain the NUL character")]
    public async Task a_bad_query_names_the_parameter(string query, string field, string message)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/specs/pets/{Id}?{query}");
        await AssertRefusedAsync(response, field, message);
    }

    [Fact]
    public async Task a_good_query_is_taken()
    {
        using var response = await SendAsync(HttpMethod.Get, $"/specs/pets/{Id}?limit=10&size=very_large&q=%E2%82%B9");
        Assert.Equal($"{Id} 10 VeryLarge ₹", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("GET", "/specs/nowhere", HttpStatusCode.NotFound, "route.not_found")]
    [InlineData("GET", "/specs/pets/rex", HttpStatusCode.NotFound, "resource.not_found")]
    [InlineData("GET", "/specs/pets/none", HttpStatusCode.NotFound, "resource.not_found")]
    [InlineData("DELETE", "/specs/pets", HttpStatusCode.MethodNotAllowed, "method.not_allowed")]
    [InlineData("GET", "/specs/pets/broken", HttpStatusCode.InternalServerError, "server.error")]
    public async Task every_other_refusal_is_a_problem_with_a_code(string method, string path, HttpStatusCode status, string code)
    {
        using var response = await SendAsync(new(method), path);
        var problem = await AssertProblemAsync(response, status, code);
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
        if (status == HttpStatusCode.MethodNotAllowed) Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task a_browser_gets_problems_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/specs/nowhere") { Headers = { Accept = { new("text/html") } } };
        using var response = await edge.Client.SendAsync(request, Cancel);
        await AssertProblemAsync(response, HttpStatusCode.NotFound, "route.not_found");
    }

    private Task<HttpResponseMessage> PostAsync(string body) =>
        SendAsync(HttpMethod.Post, "/specs/pets", new StringContent(body, Encoding.UTF8, "application/json"));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        return await edge.Client.SendAsync(request, Cancel);
    }

    private static async Task<JsonElement> AssertRefusedAsync(HttpResponseMessage response, string field, string message)
    {
        var problem = await AssertProblemAsync(response, HttpStatusCode.BadRequest, "request.invalid");
        Assert.DoesNotContain("Aarya", problem.GetRawText().Replace("aarya.example", "", StringComparison.Ordinal),
            StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("System.", problem.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(".NET", problem.GetRawText(), StringComparison.Ordinal);
        var errors = problem.GetProperty("errors");
        Assert.True(errors.TryGetProperty(field, out var messages), problem.GetRawText());
        Assert.Contains(messages.EnumerateArray(), x => x.GetString()!.Contains(message, StringComparison.Ordinal));
        return errors;
    }

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        return problem;
    }
}
