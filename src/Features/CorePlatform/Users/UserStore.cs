using System.Security.Cryptography;
using System.Text;
using Marten;
using Microsoft.AspNetCore.Identity;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// Users for ASP.NET Core Identity, in the Marten session of the slice: Identity's saves join the slice's transaction, and a lost race is
/// the slice's 409. So is a race with the erasure of the account: a deleted account is not written again.
/// </summary>
public sealed class UserStore(IDocumentSession documents) : IUserPasswordStore<User>, IUserEmailStore<User>, IUserSecurityStampStore<User>,
    IUserTwoFactorStore<User>, IUserAuthenticatorKeyStore<User>, IUserTwoFactorRecoveryCodeStore<User>
{
    private readonly HashSet<User> kept = new(ReferenceEqualityComparer.Instance);

    public Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken)
    {
        if (kept.Add(user)) documents.Insert(user);
        return Task.FromResult(IdentityResult.Success);
    }

    public Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken)
    {
        if (kept.Add(user)) documents.Update(user);
        return Task.FromResult(IdentityResult.Success);
    }

    public Task<IdentityResult> DeleteAsync(User user, CancellationToken cancellationToken)
    {
        documents.Delete(user);
        return Task.FromResult(IdentityResult.Success);
    }

    public Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParse(userId, out var id) ? documents.LoadAsync<User>(id, cancellationToken) : Task.FromResult<User?>(null);

    // The address is the name that a person signs in with.
    public Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        FindByEmailAsync(normalizedUserName, cancellationToken);

    public Task<User?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken) =>
        documents.FindByEmailAsync(normalizedEmail, cancellationToken);

    public Task<string> GetUserIdAsync(User user, CancellationToken cancellationToken) => Task.FromResult($"{user.Id:D}");

    public Task<string?> GetUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    public Task SetUserNameAsync(User user, string? userName, CancellationToken cancellationToken) =>
        SetEmailAsync(user, userName, cancellationToken);

    public Task<string?> GetNormalizedUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    // Addresses are stored in one spelling only.
    public Task SetNormalizedUserNameAsync(User user, string? normalizedName, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<string?> GetEmailAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    public Task SetEmailAsync(User user, string? email, CancellationToken cancellationToken) =>
        Set(user.Email = email ?? throw new ArgumentNullException(nameof(email)));

    public Task<string?> GetNormalizedEmailAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    public Task SetNormalizedEmailAsync(User user, string? normalizedEmail, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> GetEmailConfirmedAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.EmailVerified);

    public Task SetEmailConfirmedAsync(User user, bool confirmed, CancellationToken cancellationToken) =>
        Set(user.EmailVerified = confirmed);

    public Task<string?> GetPasswordHashAsync(User user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.PasswordHash);

    public Task SetPasswordHashAsync(User user, string? passwordHash, CancellationToken cancellationToken) =>
        Set(user.PasswordHash = passwordHash ?? "");

    public Task<bool> HasPasswordAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash.Length > 0);

    public Task<string?> GetSecurityStampAsync(User user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.SecurityStamp);

    public Task SetSecurityStampAsync(User user, string stamp, CancellationToken cancellationToken) => Set(user.SecurityStamp = stamp);

    public Task<bool> GetTwoFactorEnabledAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.TwoFactorEnabled);

    public Task SetTwoFactorEnabledAsync(User user, bool enabled, CancellationToken cancellationToken) =>
        Set(user.TwoFactorEnabled = enabled);

    public Task<string?> GetAuthenticatorKeyAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.AuthenticatorKey);

    public Task SetAuthenticatorKeyAsync(User user, string key, CancellationToken cancellationToken) => Set(user.AuthenticatorKey = key);

    public Task ReplaceCodesAsync(User user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken) =>
        Set(user.RecoveryCodes = [.. recoveryCodes.Select(HashOf)]);

    public Task<bool> RedeemCodeAsync(User user, string code, CancellationToken cancellationToken)
    {
        var hash = HashOf(code);
        if (!user.RecoveryCodes.Contains(hash)) return Task.FromResult(false);
        user.RecoveryCodes = [.. user.RecoveryCodes.Where(x => x != hash)];
        return Task.FromResult(true);
    }

    public Task<int> CountCodesAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.RecoveryCodes.Count);

    // The session belongs to the slice, and Wolverine disposes it.
    public void Dispose() { }

    // A code has 80 random bits: a slow hash would add nothing.
    private static string HashOf(string code) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(code)));

    private static Task Set<T>(T _) => Task.CompletedTask;
}
