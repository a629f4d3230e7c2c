using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Payment;

/// <summary>The sandbox provider as a process of its own: it can be killed and started again on the same port and journal.</summary>
public sealed class SandboxProcess : IAsyncDisposable
{
    public const string ApiKey = "key of the specs";
    public const string WebhookSecret = "secret of the specs";

    private readonly string folder = Directory.CreateTempSubdirectory("aarya-sandbox-").FullName;
    private readonly HttpClient http;
    private Process? process;

    public SandboxProcess()
    {
        Url = $"http://127.0.0.1:{Ports.Free()}";
        http = new() { BaseAddress = new(Url), DefaultRequestHeaders = { { "Authorization", $"Bearer {ApiKey}" } } };
    }

    public string Url { get; }

    public string? WebhookUrl { get; set; }

    public async Task StartAsync()
    {
        process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Aarya.Sandbox.dll"), "--urls", Url])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["PAYMENT_API_KEY"] = ApiKey,
                ["PAYMENT_WEBHOOK_SECRET"] = WebhookSecret,
                ["SANDBOX_DATA"] = folder,
                ["SANDBOX_WEBHOOK_URL"] = WebhookUrl,
                ["SANDBOX_PENDING_MS"] = "500",
                ["SANDBOX_SLOW_MS"] = "2500",
            },
        })!;
        var ready = await process.StandardOutput.ReadLineAsync();
        if (ready is null) throw new InvalidOperationException("The sandbox did not start.");
        _ = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>kill -9, like a crash of the provider.</summary>
    public async Task KillAsync()
    {
        if (process is not { HasExited: false }) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process!.Id}"]);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    public async Task<JsonNode> GetAsync(string path) => (await http.GetFromJsonAsync<JsonNode>(path))!;

    public async Task<HttpResponseMessage> PostAsync(string path, object? body = null) => await http.PostAsJsonAsync(path, body ?? new { });

    public async Task SetAsync(object behaviour) => (await http.PutAsJsonAsync("/v1/settings", behaviour)).EnsureSuccessStatusCode();

    /// <summary>The provider's own totals of charges and refunds of an order.</summary>
    public async Task<(int Charges, long Captured, long Refunded)> TotalsAsync(Guid orderId)
    {
        var totals = await GetAsync($"/v1/totals?reference={orderId}");
        return ((int)totals["charges"]!, (long)totals["captured"]!, (long)totals["refunded"]!);
    }

    public async Task<JsonNode?> ChargeAsync(Guid orderId) =>
        (await GetAsync($"/v1/charges?reference={orderId}"))["items"]!.AsArray().SingleOrDefault();

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process?.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
