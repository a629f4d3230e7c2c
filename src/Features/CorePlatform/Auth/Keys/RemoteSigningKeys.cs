using Aarya.Infrastructure.Security;

namespace Aarya.Features.CorePlatform.Auth.Keys;

/// <summary>Fetches the keys that verify access tokens, in every process that does not host core.</summary>
public sealed class RemoteSigningKeys(Protos.Core.Core.CoreClient core) : IJwksSource
{
    public async Task<Jwks> FetchAsync(CancellationToken cancellation)
    {
        var keys = await core.GetSigningKeysAsync(new(), cancellationToken: cancellation);
        return new(keys.JwksJson, keys.IsComplete);
    }
}
