using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Aarya.Sandbox.Api;
using Aarya.Sandbox.Truth;

namespace Aarya.Sandbox.Webhooks;

/// <summary>Sends every notice to the shop at least once: retries with growing pauses, across restarts, until it answers 2xx.</summary>
internal sealed partial class WebhookSender : BackgroundService
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Books books;
    private readonly SandboxOptions options;
    private readonly SandboxState state;
    private readonly TimeProvider clock;
    private readonly ILogger<WebhookSender> logger;
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectTimeout = TimeSpan.FromSeconds(2),
    })
    {
        Timeout = TimeSpan.FromSeconds(10),
    };

    private readonly SemaphoreSlim lanes = new(16);
    private readonly Channel<(Notice Notice, Task Written)> queue = Channel.CreateUnbounded<(Notice, Task)>();

    public WebhookSender(Books books, SandboxOptions options, SandboxState state, TimeProvider clock, ILogger<WebhookSender> logger)
    {
        (this.books, this.options, this.state, this.clock, this.logger) = (books, options, state, clock, logger);
        books.NoticeOwed += (notice, written) => queue.Writer.TryWrite((notice, written));
        foreach (var notice in books.Owed) queue.Writer.TryWrite((notice, Task.CompletedTask));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (notice, written) in queue.Reader.ReadAllAsync(stoppingToken))
        {
            for (var copies = state.Behaviour.DuplicateWebhooks; copies >= 0; copies--) _ = DeliverAsync(notice, written, stoppingToken);
        }
    }

    private async Task DeliverAsync(Notice notice, Task written, CancellationToken stopping)
    {
        try
        {
            await written;
            if (state.Behaviour.ShuffleWebhooksMs is > 0 and var most) await Task.Delay(Random.Shared.Next(most), stopping);
            for (var patience = Shortest; !await TryAsync(notice, stopping); patience = patience * 2 < Longest ? patience * 2 : Longest)
                await Task.Delay(patience, stopping);
            await books.DeliveredAsync(notice.EventId);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Stopping, or the journal has failed: undelivered notices are sent after the next start.
        }
    }

    private async Task<bool> TryAsync(Notice notice, CancellationToken stopping)
    {
        if (!state.Behaviour.SendWebhooks || options.WebhookUrl() is not { } url) return false;
        var body = JsonSerializer.SerializeToUtf8Bytes(WebhookView.Of(notice, state.PublicUrl), Wire.Json);
        await lanes.WaitAsync(stopping);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(options.WebhookSecret, body, clock.GetUtcNow()));
            using var answer = await http.SendAsync(request, stopping);
            if (answer.IsSuccessStatusCode) return true;
            LogRefused(logger, notice.EventId, (int)answer.StatusCode);
            return false;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stopping.IsCancellationRequested)
        {
            LogUnreachable(logger, notice.EventId, e.Message);
            return false;
        }
        finally
        {
            lanes.Release();
        }
    }

    public override void Dispose()
    {
        http.Dispose();
        lanes.Dispose();
        base.Dispose();
    }

    [LoggerMessage(LogLevel.Debug, "The shop answered {Status} to webhook {EventId}")]
    private static partial void LogRefused(ILogger logger, string eventId, int status);

    [LoggerMessage(LogLevel.Debug, "The shop could not be reached for webhook {EventId}: {Why}")]
    private static partial void LogUnreachable(ILogger logger, string eventId, string why);
}
