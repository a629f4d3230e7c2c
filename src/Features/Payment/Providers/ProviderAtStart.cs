using System.Security.Cryptography;
using System.Text;
using Aarya.Features.Payment.Options;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Aarya.Sandbox;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Payment.Providers;

/// <summary>
/// Finds the provider when the program starts. Without PAYMENT_PROVIDER_URL a developer gets a sandbox in this process: one per database,
/// with its journal and its secrets in a folder, so that a restart, or a second node, finds the same charges.
/// </summary>
public sealed partial class ProviderAtStart(
    PaymentOptions options, ProviderAccess access, ContextDatabases databases, IServer server, IHostEnvironment environment,
    ILoggerFactory logs)
    : StartStep, IAsyncDisposable
{
    private readonly ILogger logger = logs.CreateLogger<ProviderAtStart>();
    private SandboxHost? sandbox;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.ProviderUrl is { } url)
        {
            access.Grant(new(url, Needed(options.ApiKey, "PAYMENT_API_KEY"), Needed(options.WebhookSecret, "PAYMENT_WEBHOOK_SECRET")));
            return;
        }

        if (environment.IsProduction())
            throw new StartupException(
                "PAYMENT_PROVIDER_URL is not set: give the URL of the payment provider, its PAYMENT_API_KEY and PAYMENT_WEBHOOK_SECRET.");
        access.Grant(await OwnSandboxAsync(cancellationToken));
    }

    private async Task<ProviderAccount> OwnSandboxAsync(CancellationToken cancellation)
    {
        var folder = options.SandboxData ?? Path.Combine(Path.GetTempPath(), $"aarya-sandbox-{Hash(databases.Of(Roles.Payment))}");
        var known = SandboxCard.Read(folder);
        var apiKey = options.ApiKey ?? known?.ApiKey ?? RandomNumberGenerator.GetHexString(40, lowercase: true);
        var secret = options.WebhookSecret ?? known?.WebhookSecret ?? RandomNumberGenerator.GetHexString(40, lowercase: true);
        try
        {
            sandbox = await StartAsync(folder, apiKey, secret, known?.Url, cancellation);
        }
        catch (JournalInUseException) when (known is not null)
        {
            LogShared(logger, known.Url);
            return new(known.Url, known.ApiKey, known.WebhookSecret);
        }
        catch (JournalInUseException)
        {
            throw new StartupException(
                $"The sandbox's folder {folder} is in use by another process: give each process its own SANDBOX_DATA, or both the "
                + "same PAYMENT_PROVIDER_URL.");
        }

        var account = new ProviderAccount(new(sandbox.Url), apiKey, secret);
        SandboxCard.Write(folder, account);
        LogHosted(logger, sandbox.Url, folder);
        return account;
    }

    // Tries the previous port first, so that shoppers' links to second steps stay valid after a restart.
    private async Task<SandboxHost> StartAsync(string folder, string apiKey, string secret, Uri? before, CancellationToken cancellation)
    {
        var start = new SandboxOptions { ApiKey = apiKey, WebhookSecret = secret, DataFolder = folder, WebhookUrl = WebhookUrl };
        if (before is null) return await SandboxHost.StartAsync(start, logs, cancellation);
        try
        {
            return await SandboxHost.StartAsync(start with { Listen = before.GetLeftPart(UriPartial.Authority) }, logs, cancellation);
        }
        catch (IOException taken) when (taken is not JournalInUseException)
        {
            return await SandboxHost.StartAsync(start, logs, cancellation);
        }
    }

    private Uri? WebhookUrl()
    {
        if (options.SandboxWebhookUrl is { } url) return url;
        var own =
            server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(x => x.StartsWith("http://", StringComparison.Ordinal)
                && !x.Contains("unix:", StringComparison.Ordinal));
        if (own is null) return null;
        var port =
            new Uri(own.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal)).Port;
        return new($"http://127.0.0.1:{port}/api/payments/webhooks/{SandboxProvider.ProviderName}");
    }

    private static string Needed(string? value, string name) =>
        value ?? throw new StartupException($"{name} is not set: the provider at PAYMENT_PROVIDER_URL requires it.");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];

    // Not in StopAsync: running charges must end first.
    public async ValueTask DisposeAsync()
    {
        if (sandbox is not null) await sandbox.DisposeAsync();
    }

    [LoggerMessage(LogLevel.Information,
        "Payments go to a sandbox provider in this process at {Url}, with its journal in {Folder} (PAYMENT_PROVIDER_URL is not set)")]
    private static partial void LogHosted(ILogger logger, string url, string folder);

    [LoggerMessage(LogLevel.Information, "Payments go to the sandbox provider that another process of this database hosts at {Url}")]
    private static partial void LogShared(ILogger logger, Uri url);
}
