using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Support;

/// <summary>
/// Callers for stories: real accounts, sessions and tokens, signed with the host's own key; only the password is left out.
/// </summary>
public static class Tokens
{
    /// <summary>The access token of a new guest.</summary>
    public static async Task<string> GuestToken(this IAlbaHost host)
    {
        var response = await host.Scenario(x => x.Post.Url("/api/auth/guest"));
        return response.ReadAsJson<SignedIn>()!.AccessToken;
    }

    /// <summary>The access token of a new user with this role (customer, support, merchandiser, admin).</summary>
    public static async Task<string> TokenFor(this IAlbaHost host, string role)
    {
        var id = Guid.CreateVersion7();
        await using var documents = host.Services.GetRequiredService<ICoreStore>().LightweightSession();
        documents.Insert(new User
        {
            Id = id,
            Email = $"{role}.{id:N}@example.com",
            Name = $"{role} {id:N}"[..20],
            Roles = [role],
            RegisteredAt = DateTimeOffset.UtcNow,
        });
        await documents.SaveChangesAsync();
        var (session, _) = await host.Services.GetRequiredService<SessionStore>()
            .StartAsync(id, guest: false, staff: StaffRoles.Any([role]));
        return host.Services.GetRequiredService<AccessTokens>().Mint(session, [role]);
    }
}
