using System.Security.Cryptography;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Settings;
using JasperFx;
using Marten;

namespace Aarya.Features.CorePlatform.Users.Staff;

/// <summary>
/// Names the first administrator of a shop that has none. The account gets a random password that is never shown; a link, valid for an
/// hour, sets the first real one. Until then the command may be repeated: with another address it deletes the earlier account and its link,
/// so that only one link at a time leads to the role. It never changes a registered account: the person who registered it has its password,
/// and may not own the address.
/// </summary>
public sealed class FirstAdmin(ICoreStore store, Identity identity, PasswordHasher passwords, MailedLinks links, TimeProvider clock)
{
    /// <summary>The link that sets the password.</summary>
    /// <exception cref="StartupException">
    /// It is not a mail address, the shop has an administrator, or the address has a registered account.
    /// </exception>
    public async Task<string> NameAsync(string typed, CancellationToken cancellation)
    {
        var email = EmailAddress.Normalize(typed) ?? throw new StartupException($"EMAIL is '{typed}': it must be an e-mail address.");
        var nobodysPassword = await passwords.HashAsync(Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)), cancellation);
        await using var documents = store.LightweightSession();
        using var accounts = identity.In(documents, cancellation);
        // Locks in this order: against another such command and the removal of the last administrator, then against a registration of the
        // address.
        await documents.LockAsync("admins", cancellation);
        await documents.LockAsync(email, cancellation);
        var invited = await InvitedAsync(documents, cancellation);
        if (await documents.FindByEmailAsync(email, cancellation) is { } known && invited.All(x => x.Id != known.Id))
            throw new StartupException($"{email} has an account already, whose password others may know: name another address.");

        var now = clock.GetUtcNow();
        var admin = invited.FirstOrDefault(x => x.Email == email);
        foreach (var other in invited.Where(x => x != admin)) documents.Delete(other);
        if (admin is null)
        {
            admin = new()
            {
                Id = Guid.CreateVersion7(now),
                Email = email,
                Name = email.Split('@')[0],
                PasswordHash = nobodysPassword,
                Roles = [StaffRoles.Admin],
                RegisteredAt = now,
                InvitedAt = now,
            };
            await accounts.CreateAsync(admin);
        }
        else
        {
            // With a new stamp: the earlier link no longer works.
            await accounts.UpdateSecurityStampAsync(admin);
        }

        documents.Insert(AuditEntry.OfOperator(AuditActions.FirstAdminNamed, "user", $"{admin.Id:D}", now));
        await SaveAsync(documents, cancellation);
        return links.ToReset(await accounts.GeneratePasswordResetTokenAsync(admin));
    }

    // The administrators whom earlier commands have named, each locked, so that a first password is set either before this command or after
    // it.
    private static async Task<List<User>> InvitedAsync(IDocumentSession documents, CancellationToken cancellation)
    {
        var admins = await documents.Query<User>().Where(x => x.Roles.Contains(StaffRoles.Admin)).ToListAsync(cancellation);
        List<User> invited = [];
        foreach (var id in admins.Select(x => x.Id).Order())
        {
            if (await documents.LoadAloneAsync(id, cancellation) is not { } admin) continue;
            if (admin.InvitedAt is null)
            {
                throw new StartupException(
                    "The shop has an administrator, who can grant the role to others; \"forgot password\" replaces a lost password.");
            }

            invited.Add(admin);
        }

        return invited;
    }

    private static async Task SaveAsync(IDocumentSession documents, CancellationToken cancellation)
    {
        try
        {
            await documents.SaveChangesAsync(cancellation);
        }
        catch (ConcurrencyException)
        {
            throw new StartupException("The account was changed at the same time: run the command again.");
        }
    }
}
