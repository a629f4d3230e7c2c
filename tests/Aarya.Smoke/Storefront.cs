using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR.Client;

namespace Aarya.Smoke;

/// <summary>A shopper's browser: HTTP with one token at a time, and the WebSocket.</summary>
public sealed class Storefront(Uri url) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(40) };

    public Uri Url => url;

    public string? Token { get; set; }

    public Task<JsonNode> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, null);

    public Task<JsonNode> PostAsync(string path, object body, string? key = null) => SendAsync(HttpMethod.Post, path, body, key);

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body, string? key)
    {
        using var request = new HttpRequestMessage(method, path);
        if (Token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        request.Headers.Accept.ParseAdd("application/json");
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new StepFailedException($"{method} {path} answered {(int)response.StatusCode}: {text}");
        if (response.StatusCode is HttpStatusCode.NoContent || text.Length == 0) return new JsonObject();
        try
        {
            return JsonNode.Parse(text)!;
        }
        catch (JsonException)
        {
            throw new StepFailedException($"{method} {path} did not answer JSON: {text[..Math.Min(text.Length, 200)]}");
        }
    }

    /// <summary>Opens the WebSocket as the shopper whose token is set.</summary>
    public async Task<LiveLine> ListenAsync()
    {
        var token = Token;
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(url, "/hubs/storefront"), x =>
            {
                x.AccessTokenProvider = () => Task.FromResult(token);
                x.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets;
                x.SkipNegotiation = true;
            })
            .Build();
        var line = new LiveLine(connection);
        await connection.StartAsync();
        return line;
    }

    public void Dispose() => http.Dispose();
}

/// <summary>The order statuses that the shop has sent over the WebSocket.</summary>
public sealed class LiveLine : IAsyncDisposable
{
    private readonly HubConnection connection;
    private readonly ConcurrentDictionary<(string Id, string Status), TaskCompletionSource> told = new();

    public LiveLine(HubConnection connection)
    {
        this.connection = connection;
        connection.On<JsonObject>("order", x => Of((string)x["id"]!, (string)x["status"]!).TrySetResult());
    }

    private TaskCompletionSource Of(string id, string status) =>
        told.GetOrAdd((id, status), _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    public async Task SeesAsync(string orderId, string status, TimeSpan within)
    {
        try
        {
            await Of(orderId, status).Task.WaitAsync(within);
        }
        catch (TimeoutException)
        {
            throw new StepFailedException($"The WebSocket did not report '{status}' within {within.TotalSeconds:0} s.");
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
