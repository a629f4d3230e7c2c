using Aarya.Features.CorePlatform.Options;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Seeding;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Aarya.Features.CorePlatform.Users.Staff;

/// <summary>
/// A customer, a support agent, a merchandiser and an administrator to try the shop with. Outside production their passwords are public; in
/// production they exist only with <c>SEED_PASSWORD</c> (or <c>SEED_PASSWORD_FILE</c>).
/// </summary>
public sealed class DemoAccounts(ICoreStore store, PasswordHasher passwords, CoreOptions options, TimeProvider clock) : ISeed
{
    private const string EmailDomain = "aarya.example";

    private static readonly (string Name, string Role, string Password)[] People =
    [
        ("shopper", "customer", "monsoon-rain-in-mumbai"),
        ("support", "support", "support-in-pune"),
        ("merchandiser", "merchandiser", "block-print-in-bagru"),
        ("admin", "admin", "pink-palace-in-jaipur"),
    ];

    /// <summary>The accounts as they are created in development.</summary>
    public static IReadOnlyList<TrialAccount> InDevelopment(IConfiguration configuration)
    {
        var isChosen = configuration.Find("SEED_PASSWORD") is not null;
        return [.. People.Select(x => new TrialAccount(EmailOf(x.Name), x.Role, isChosen ? "that of SEED_PASSWORD" : x.Password))];
    }

    /// <inheritdoc/>
    /// <exception cref="StartupException">SEED_PASSWORD is not set in production, or is not allowed as a password.</exception>
    public async Task<IReadOnlyList<string>> PlantAsync(SeedSize size, CancellationToken cancellation)
    {
        var chosen = options.SeedPassword;
        if (chosen is not null && !(Password.IsReadable(chosen) && Password.Length(chosen) is >= Password.Shortest and <= Password.Longest))
            throw new StartupException($"SEED_PASSWORD must have {Password.Shortest} to {Password.Longest} characters.");

        List<string> lines = ["Accounts to try:"];
        await using var documents = store.LightweightSession();
        foreach (var (name, role, password) in People)
        {
            var email = EmailOf(name);
            if (chosen is not null && PasswordStrength.FaultOf(chosen, PasswordStrength.KnownOf(email, name)) is { } fault)
                throw new StartupException($"SEED_PASSWORD {fault}");
            // Two seed commands at once: the second finds the account.
            await documents.LockAsync(email, cancellation);
            var known = await documents.FindByEmailAsync(email, cancellation);
            if (known is null) documents.Insert(await NewAsync(name, role, email, chosen ?? password, cancellation));
            var usual = chosen is null
                && (known is null || (await passwords.CheckAsync(password, known.PasswordHash, cancellation)).Matches);
            lines.Add($"  {email,-28} {role,-14} {(usual ? password : known is null ? "password: SEED_PASSWORD" : "password unchanged")}");
        }

        await documents.SaveChangesAsync(cancellation);
        return lines;
    }

    private static string EmailOf(string name) => $"{name}@{EmailDomain}";

    private async Task<User> NewAsync(string name, string role, string email, string password, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return new()
        {
            Id = Guid.CreateVersion7(now),
            Email = email,
            EmailVerified = true,
            Name = $"{char.ToUpperInvariant(name[0])}{name[1..]} Aarya",
            PasswordHash = await passwords.HashAsync(password, cancellation),
            Roles = [role],
            RegisteredAt = now,
        };
    }
}
