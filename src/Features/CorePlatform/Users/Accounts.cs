using System.Security.Cryptography;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users.Passwords;
using Marten;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OtpNet;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Creates the accounts of a slice's session.</summary>
public sealed class Identity(AccountKey key, PasswordHasher passwords, TimeProvider clock)
{
    public Accounts In(IDocumentSession documents, CancellationToken cancellation) => new(documents, key, passwords, clock, cancellation);
}

/// <summary>
/// ASP.NET Core Identity's rules for accounts, on the session of a slice: security stamps, mailed links, authenticator and recovery codes.
/// Its lockout is not used: it would let a stranger lock the owner out (see <see cref="Auth.Abuse.Attempts"/>).
/// </summary>
public sealed class Accounts : UserManager<User>
{
    public const int RecoveryCodeCount = 10;

    private const string Verification = "verification";
    private const string Reset = "reset";
    private const string Authenticator = "authenticator";

    private static readonly OptionsWrapper<IdentityOptions> Settings = new(new()
    {
        Tokens =
        {
            EmailConfirmationTokenProvider = Verification,
            ChangeEmailTokenProvider = Verification,
            PasswordResetTokenProvider = Reset,
            AuthenticatorTokenProvider = Authenticator,
        },
    });

    private readonly PasswordHasher passwords;

    // Identity's own hashing blocks a thread; SetPasswordAsync hashes instead, and waits without blocking one.
    internal Accounts(IDocumentSession documents, AccountKey key, PasswordHasher passwords, TimeProvider clock,
        CancellationToken cancellation)
        : base(new UserStore(documents), Settings, null!, [], [], OneSpelling.Instance, new(), null!,
            NullLogger<UserManager<User>>.Instance)
    {
        this.passwords = passwords;
        CancellationToken = cancellation;
        RegisterTokenProvider(Verification, new MailedTokens(key, clock, TimeSpan.FromHours(24)));
        RegisterTokenProvider(Reset, new MailedTokens(key, clock, TimeSpan.FromHours(1)));
        RegisterTokenProvider(Authenticator, new AuthenticatorCodes(clock));
    }

    protected override CancellationToken CancellationToken { get; }

    /// <summary>True for a link to the address that the account is moving to.</summary>
    public async Task<bool> IsForPendingEmailAsync(User user, string token) =>
        user.PendingEmail is { } email && await VerifyUserTokenAsync(user, Verification, GetChangeEmailTokenPurpose(email), token);

    /// <summary>True for a link to the account's current address, unless the address is already verified.</summary>
    public async Task<bool> IsForVerificationAsync(User user, string token) =>
        !user.EmailVerified && await VerifyUserTokenAsync(user, Verification, ConfirmEmailTokenPurpose, token);

    public Task<bool> IsForResetAsync(User user, string token) => VerifyUserTokenAsync(user, Reset, ResetPasswordTokenPurpose, token);

    /// <summary>Uses up a code of the authenticator app: the caller stores the user.</summary>
    public Task<bool> TakeCurrentCodeAsync(User user, string code) => VerifyTwoFactorTokenAsync(user, Authenticator, code);

    /// <summary>Uses up a recovery code, however it was typed: the caller stores the user.</summary>
    public Task<bool> TakeRecoveryCodeAsync(User user, string code)
    {
        var letters = code.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant);
        return ((IUserTwoFactorRecoveryCodeStore<User>)Store).RedeemCodeAsync(user, Grouped([.. letters]), CancellationToken);
    }

    /// <summary>Gives the account a new password and a new stamp.</summary>
    /// <exception cref="Infrastructure.Http.UnavailableException">Too many passwords are waiting.</exception>
    public async Task SetPasswordAsync(User user, string password)
    {
        user.PasswordHash = await passwords.HashAsync(password, CancellationToken);
        user.InvitedAt = null;
        await UpdateSecurityStampAsync(user);
    }

    /// <summary>Switches the second factor off and deletes its key and recovery codes.</summary>
    public async Task StopTwoFactorAsync(User user)
    {
        user.AuthenticatorKey = null;
        user.RecoveryCodes = [];
        await SetTwoFactorEnabledAsync(user, false);
    }

    /// <summary>Codes that replace all earlier ones; they cannot be read again.</summary>
    public async Task<IReadOnlyList<string>> NewRecoveryCodesAsync(User user) =>
        [.. await GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodeCount) ?? []];

    protected override string CreateTwoFactorRecoveryCode() =>
        Grouped(Base32Encoding.ToString(RandomNumberGenerator.GetBytes(10)).ToCharArray());

    private static string Grouped(char[] letters) => string.Join('-', letters.Chunk(4).Select(x => new string(x)));

    private sealed class OneSpelling : ILookupNormalizer
    {
        public static OneSpelling Instance { get; } = new();

        public string? NormalizeName(string? name) => EmailAddress.Normalize(name);

        public string? NormalizeEmail(string? email) => EmailAddress.Normalize(email);
    }
}
