using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Aarya.Features.Payment.Options;

/// <summary>Settings of the Payment context.</summary>
/// <param name="ProviderUrl">
/// PAYMENT_PROVIDER_URL: the provider's API, without a path; when null, the process hosts its own sandbox, outside production only.
/// </param>
/// <param name="ApiKey">PAYMENT_API_KEY: the shop's key at the provider.</param>
/// <param name="WebhookSecret">PAYMENT_WEBHOOK_SECRET: the secret that the provider signs its webhooks with.</param>
/// <param name="SandboxData">SANDBOX_DATA: the folder of its own sandbox's journal.</param>
/// <param name="SandboxWebhookUrl">SANDBOX_WEBHOOK_URL: where its own sandbox sends webhooks; default this process.</param>
/// <param name="ReconcileEvery">PAYMENT_RECONCILE_SECONDS: how often to look for unfinished payments.</param>
/// <param name="PendingTooLong">PAYMENT_PENDING_SECONDS: how long a payment may stay unchanged before the provider is asked.</param>
public sealed record PaymentOptions(
    Uri? ProviderUrl, string? ApiKey, string? WebhookSecret, string? SandboxData, Uri? SandboxWebhookUrl, TimeSpan ReconcileEvery,
    TimeSpan PendingTooLong)
{
    private static readonly NumberSetting ReconcileSeconds = new("PAYMENT_RECONCILE_SECONDS", 5, 1, 300);
    private static readonly NumberSetting PendingSeconds = new("PAYMENT_PENDING_SECONDS", 10, 1, 3600);

    internal static IReadOnlyList<NumberSetting> Numbers { get; } = [ReconcileSeconds, PendingSeconds];

    /// <exception cref="StartupException">A setting is not valid.</exception>
    public static PaymentOptions From(IConfiguration configuration) => new(
        Url(configuration, "PAYMENT_PROVIDER_URL"),
        configuration.FindForHeader("PAYMENT_API_KEY"),
        configuration.Find("PAYMENT_WEBHOOK_SECRET"),
        configuration.Find("SANDBOX_DATA"),
        Url(configuration, "SANDBOX_WEBHOOK_URL"),
        TimeSpan.FromSeconds(ReconcileSeconds.Read(configuration)),
        TimeSpan.FromSeconds(PendingSeconds.Read(configuration)));

    private static Uri? Url(IConfiguration configuration, string name)
    {
        if (configuration.Find(name) is not { } text) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new StartupException($"{name} is '{text}': it must be an http or https URL.");
        // The program adds the paths itself, so a path in the setting would be ignored silently.
        return name != "PAYMENT_PROVIDER_URL" || url.PathAndQuery == "/"
            ? url
            : throw new StartupException($"{name} is '{text}': it must have no path.");
    }
}
