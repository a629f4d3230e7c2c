using System.Globalization;

namespace Aarya.Sandbox;

/// <summary>A setting is missing or cannot be understood; the message says which.</summary>
public sealed class SandboxSettingException(string message) : Exception(message);

/// <summary>How one sandbox provider runs.</summary>
public sealed record SandboxOptions
{
    /// <summary>The bearer token that every API call must carry. PAYMENT_API_KEY.</summary>
    public required string ApiKey { get; init; }

    /// <summary>The secret that webhooks are signed with. PAYMENT_WEBHOOK_SECRET.</summary>
    public required string WebhookSecret { get; init; }

    /// <summary>Where webhooks are sent; read again for every delivery, null while there is no receiver. SANDBOX_WEBHOOK_URL.</summary>
    public Func<Uri?> WebhookUrl { get; init; } = () => null;

    /// <summary>The folder of the journal, the provider's only storage. SANDBOX_DATA; default a new temporary folder.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Address to listen on. <c>urls</c> or ASPNETCORE_URLS; default a free loopback port.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:0";

    /// <summary>How shoppers' browsers reach the challenge page. SANDBOX_PUBLIC_URL; default the bound address.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>Settings that <c>PUT /v1/settings</c> changes while the provider runs.</summary>
    public SandboxBehaviour Behaviour { get; init; } = new();

    /// <exception cref="SandboxSettingException">A setting is missing or cannot be understood.</exception>
    public static SandboxOptions From(IConfiguration configuration)
    {
        var webhook = configuration["SANDBOX_WEBHOOK_URL"] is { Length: > 0 } url
            ? Uri.TryCreate(url, UriKind.Absolute, out var parsed)
                ? parsed
                : throw new SandboxSettingException($"SANDBOX_WEBHOOK_URL is '{url}': it must be an absolute URL.")
            : null;
        return new()
        {
            ApiKey = Secret(configuration, "PAYMENT_API_KEY"),
            WebhookSecret = Secret(configuration, "PAYMENT_WEBHOOK_SECRET"),
            WebhookUrl = () => webhook,
            DataFolder = configuration["SANDBOX_DATA"] is { Length: > 0 } folder
                ? folder
                : Directory.CreateTempSubdirectory("aarya-sandbox-").FullName,
            Listen = configuration["urls"] ?? configuration["ASPNETCORE_URLS"] ?? "http://127.0.0.1:0",
            PublicUrl = configuration["SANDBOX_PUBLIC_URL"],
            Behaviour = new()
            {
                PendingMs = Number(configuration, "SANDBOX_PENDING_MS", 2_000, SandboxBehaviour.LongestPendingMs),
                SlowMs = Number(configuration, "SANDBOX_SLOW_MS", 3_000, SandboxBehaviour.LongestSlowMs),
                DuplicateWebhooks = Number(configuration, "SANDBOX_WEBHOOK_DUPLICATES", 0, SandboxBehaviour.MostDuplicates),
                ShuffleWebhooksMs = Number(configuration, "SANDBOX_WEBHOOK_SHUFFLE_MS", 0, SandboxBehaviour.LongestShuffleMs),
            },
        };
    }

    private static string Secret(IConfiguration configuration, string name)
    {
        if (configuration[name] is { Length: > 0 } value) return value;
        return configuration[$"{name}_FILE"] is { Length: > 0 } path && File.Exists(path)
            ? File.ReadAllText(path).TrimEnd('\r', '\n')
            : throw new SandboxSettingException($"{name} is not set: give it the same value as in the shop.");
    }

    private static int Number(IConfiguration configuration, string name, int fallback, int most)
    {
        if (configuration[name] is not { Length: > 0 } text) return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw new SandboxSettingException(
                $"{name} is '{text}': it must be a whole number from 0 to {most.ToString(CultureInfo.InvariantCulture)}.");
    }
}

/// <summary>How the provider misbehaves, to test how the shop copes.</summary>
public sealed record SandboxBehaviour
{
    internal const int LongestPendingMs = 3_600_000;
    internal const int LongestSlowMs = 60_000;
    internal const int MostDuplicates = 100;
    internal const int LongestShuffleMs = 60_000;

    /// <summary>Milliseconds until a <c>tok_pending</c> charge succeeds.</summary>
    public int PendingMs { get; init; } = 2_000;

    /// <summary>Milliseconds that a <c>tok_slow</c> answer takes.</summary>
    public int SlowMs { get; init; } = 3_000;

    /// <summary>How many extra times every webhook is delivered.</summary>
    public int DuplicateWebhooks { get; init; }

    /// <summary>Every webhook waits up to this many milliseconds, so that webhooks arrive in any order.</summary>
    public int ShuffleWebhooksMs { get; init; }

    /// <summary>While this is false, webhooks wait; they are delivered when it is true again.</summary>
    public bool SendWebhooks { get; init; } = true;

    internal string? Problem => this switch
    {
        { PendingMs: < 0 or > LongestPendingMs } => $"pendingMs must be from 0 to {LongestPendingMs}.",
        { SlowMs: < 0 or > LongestSlowMs } => $"slowMs must be from 0 to {LongestSlowMs}.",
        { DuplicateWebhooks: < 0 or > MostDuplicates } => $"duplicateWebhooks must be from 0 to {MostDuplicates}.",
        { ShuffleWebhooksMs: < 0 or > LongestShuffleMs } => $"shuffleWebhooksMs must be from 0 to {LongestShuffleMs}.",
        _ => null,
    };
}
