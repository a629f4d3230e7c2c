namespace Aarya.Features.Payment.Providers;

/// <summary>Where the provider is, and the secrets shared with it.</summary>
public sealed record ProviderAccount(Uri Url, string ApiKey, string WebhookSecret);

/// <summary>The provider's account, once it is known: the process's own sandbox has no address before it listens.</summary>
public sealed class ProviderAccess
{
    private readonly TaskCompletionSource<ProviderAccount> known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ProviderAccount> Account => known.Task;

    /// <summary>The account, or null before it is known.</summary>
#pragma warning disable VSTHRD002 // It is completed.
    public ProviderAccount? Known => known.Task.IsCompletedSuccessfully ? known.Task.Result : null;
#pragma warning restore VSTHRD002

    public void Grant(ProviderAccount account) => known.TrySetResult(account);
}
