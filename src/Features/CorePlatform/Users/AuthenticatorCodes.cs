using Microsoft.AspNetCore.Identity;
using OtpNet;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// The codes of an authenticator app: RFC 6238 as every app implements it, with HMAC-SHA1, six digits and a step of 30 s. An accepted code
/// and all codes before it are not accepted again: the caller stores the user.
/// </summary>
public sealed class AuthenticatorCodes(TimeProvider clock) : IUserTwoFactorTokenProvider<User>
{
    // The previous and the next code are valid too: telephones' clocks differ, and typing takes time.
    private static readonly VerificationWindow Drift = new(previous: 1, future: 1);

    public Task<bool> ValidateAsync(string purpose, string token, UserManager<User> manager, User user)
    {
        if (user.AuthenticatorKey is not { } key
            || !new Totp(Base32Encoding.ToBytes(key)).VerifyTotp(clock.GetUtcNow().UtcDateTime, token, out var step, Drift)
            || step <= user.LastCodeStep)
            return Task.FromResult(false);
        user.LastCodeStep = step;
        return Task.FromResult(true);
    }

    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<User> manager, User user) =>
        Task.FromResult(user.AuthenticatorKey is not null);

    public Task<string> GenerateAsync(string purpose, UserManager<User> manager, User user) => Task.FromResult("");

    /// <summary>What an app reads from a QR code.</summary>
    public static string UriOf(string key, string email) =>
        $"otpauth://totp/Aarya:{Uri.EscapeDataString(email)}?secret={key}&issuer=Aarya&digits=6&period=30";
}
