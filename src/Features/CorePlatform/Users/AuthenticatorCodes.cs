using Microsoft.AspNetCore.Identity;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// The codes of an authenticator app. An accepted code and all codes before it are not accepted again: the caller stores the user.
/// </summary>
public sealed class AuthenticatorCodes(TimeProvider clock) : IUserTwoFactorTokenProvider<User>
{
    public Task<bool> ValidateAsync(string purpose, string token, UserManager<User> manager, User user)
    {
        if (user.AuthenticatorKey is not { } key
            || Totp.FindStep(Base32.Decode(key), token, user.LastCodeStep, clock.GetUtcNow()) is not { } step)
            return Task.FromResult(false);
        user.LastCodeStep = step;
        return Task.FromResult(true);
    }

    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<User> manager, User user) =>
        Task.FromResult(user.AuthenticatorKey is not null);

    public Task<string> GenerateAsync(string purpose, UserManager<User> manager, User user) => Task.FromResult("");
}
