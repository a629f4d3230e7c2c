using Aarya.Infrastructure.Security;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>Where every process but core's gets the keys that access tokens are checked with.</summary>
public sealed class RemoteSigningKeys(Protos.Core.Core.CoreClient core) : IJwksSource
{
    public async Task<Jwks> FetchAsync(CancellationToken cancellation)
    {
        var keys = await core.GetSigningKeysAsync(new(), cancellationToken: cancellation);
        return new(keys.JwksJson, keys.IsComplete);
    }
}
