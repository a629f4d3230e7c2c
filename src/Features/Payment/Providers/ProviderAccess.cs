namespace Aarya.Features.Payment.Providers;

/// <summary>Where the provider is, and the secrets shared with it.</summary>
public sealed record ProviderAccount(Uri Url, string ApiKey, string WebhookSecret);

/// <summary>The provider's account, once it is known: the process's own sandbox has no address before it listens.</summary>
public sealed class ProviderAccess
{
    private readonly TaskCompletionSource<ProviderAccount> known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ProviderAccount> Account => known.Task;

    public void Grant(ProviderAccount account) => known.TrySetResult(account);
}
