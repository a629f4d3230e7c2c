using Aarya.Infrastructure.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Specs.Streams;

/// <summary>Nobody signs in here.</summary>
public sealed class NoKeys : IVerificationKeys
{
    public JsonWebKey? Find(string keyId) => null;

    public bool AreComplete => true;
}

internal static class NoKeysSetup
{
    public static IServiceCollection AddNoKeys(this IServiceCollection services)
    {
        services.TryAddSingleton<IVerificationKeys, NoKeys>();
        return services;
    }
}
