using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aarya.Drill;

/// <summary>The final answer of the shop.</summary>
/// <param name="Began">When the attempt that got this answer was sent.</param>
/// <param name="Waited">From the first attempt to the answer.</param>
internal sealed record Answer(int Status, JsonNode Body, DateTimeOffset Began, DateTimeOffset Ended, int Attempts, TimeSpan Waited)
{
    public bool IsGood => Status is >= 200 and < 300;

    public string Code => Body is JsonObject problem ? (string?)problem["code"] ?? "" : "";

    public override string ToString() => $"{Status} {Code}".TrimEnd();
}

/// <summary>The shop did not answer as a shopper expects.</summary>
internal sealed class SurpriseException(string message) : Exception(message);

/// <summary>
/// A shopper's browser. It repeats a request until it gets a final answer: after a broken connection, a 429, 500, 502, 503 or 504 and a
/// 409 <c>idempotency.in_progress</c> it sends the request again after a moment, under the same Idempotency-Key where there is one. Except
/// after a 429 it waits less than Retry-After says: an impatient client is the harder test.
/// </summary>
internal sealed class Client(HttpClient http, Witness witness, string address)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>How long one attempt may take: a little longer than the shop allows a request.</summary>
    public static readonly TimeSpan Attempt = TimeSpan.FromSeconds(35);

    public Task<Answer> GetAsync(string path, string? token = null) => AskAsync(HttpMethod.Get, path, null, token, null);

    public Task<Answer> PostAsync(string path, object body, string? token = null, string? key = null) =>
        AskAsync(HttpMethod.Post, path, body, token, key);

    public Task<Answer> DeleteAsync(string path, string? token, string key) => AskAsync(HttpMethod.Delete, path, null, token, key);

    private async Task<Answer> AskAsync(HttpMethod method, string path, object? body, string? token, string? key)
    {
        var first = DateTimeOffset.UtcNow;
        for (var attempt = 1; ; attempt++)
        {
            var began = DateTimeOffset.UtcNow;
            var (status, answer, retryAfter, why) = await TryAsync(method, path, body, token, key);
            var ended = DateTimeOffset.UtcNow;
            if (status != 0 && !MeansNothing(status, answer))
            {
                witness.Answered(new(method.Method, path, key is not null, began, ended, ended - first, attempt));
                return new(status, answer!, began, ended, attempt, ended - first);
            }

            if (status != 0) why = $"{status} {CodeOf(answer)}".TrimEnd();
            witness.Refused(new(why, key is not null, ended));
            if (status == 500) witness.Surprised($"{method} {PathOf(path)} answered 500");
            if (ended - first > Patience)
                throw new SurpriseException($"{method} {PathOf(path)} was not answered in {Patience.TotalMinutes:0} min: {why}");
            await Task.Delay(status == 429 ? TimeSpan.FromSeconds(retryAfter) : TimeSpan.FromMilliseconds(Random.Shared.Next(100, 300)));
        }
    }

    /// <summary>The path without its query and ids.</summary>
    public static string PathOf(string path) =>
        string.Join('/', path.Split('?')[0].Split('/').Select(x => Guid.TryParse(x, out _) ? "{id}" : x));

    private static bool MeansNothing(int status, JsonNode? answer) =>
        status is 429 or 500 or 502 or 503 or 504 || (status == 409 && CodeOf(answer) == "idempotency.in_progress");

    private static string CodeOf(JsonNode? answer) => answer is JsonObject problem ? (string?)problem["code"] ?? "" : "";

    private async Task<(int Status, JsonNode? Body, int RetryAfter, string Why)> TryAsync(
        HttpMethod method, string path, object? body, string? token, string? key)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-Forwarded-For", address);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (body is not null) request.Content = JsonContent.Create(body);
        try
        {
            using var response = await http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            var retryAfter = (int)(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1)).TotalSeconds;
            var answer = text.Length == 0 ? new JsonObject() : Parse(text, $"{method} {PathOf(path)}");
            return ((int)response.StatusCode, answer, retryAfter, "");
        }
        // A connection that breaks just after it is made throws a plain SocketException.
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or TaskCanceledException)
        {
            return (0, null, 0, e is TaskCanceledException ? "no answer in time" : "connection refused or broken");
        }
        catch (JsonException)
        {
            return (0, null, 0, "an answer that is not JSON");
        }
    }

    private JsonNode Parse(string text, string request)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false })!;
        }
        catch (JsonException) when (JsonSerializer.Deserialize<Dictionary<string, JsonNode?>>(text) is { } members)
        {
            witness.Surprised($"{request} answered JSON with a repeated member");
            return new JsonObject(members);
        }
    }

    /// <summary>The HTTP client for all requests of the load.</summary>
    public static HttpClient NewHttp(Uri url) => new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        BaseAddress = url,
        Timeout = Attempt,
    };
}
