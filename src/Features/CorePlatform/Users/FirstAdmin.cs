using System.Security.Cryptography;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Infrastructure.Hosting;
using JasperFx;
using Marten;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// Names the first administrator of a shop that has none. The account has no password that anybody knows: a link, good for an hour, sets
/// the first one. Until then the command may be repeated: another address takes the place of the one before, whose account and link are
/// gone, so that one link at a time leads to the role. It never touches a registered account: the person who
/// registered it knows its password, and need not own the address.
/// </summary>
public sealed class FirstAdmin(ICoreStore store, Identity identity, PasswordHasher passwords, MailedLinks links, TimeProvider clock)
{
    /// <summary>The link that sets the password.</summary>
    /// <exception cref="StartupException">
    /// It is no mail address, the shop has an administrator, or the address has a registered account.
    /// </exception>
    public async Task<string> NameAsync(string typed, CancellationToken cancellation)
    {
        var email = EmailAddress.Normalize(typed) ?? throw new StartupException($"EMAIL is '{typed}': it must be an e-mail address.");
        var nobodysPassword = await passwords.HashAsync(Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)), cancellation);
        await using var documents = store.LightweightSession();
        using var accounts = identity.In(documents, cancellation);
        // In this order: beside another such command, beside the last administrator's leaving, and beside a registration of the address.
        await documents.AloneAsync("admins", cancellation);
        await documents.AloneAsync(email, cancellation);
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
            // With another stamp: the link of before works no more.
            await accounts.UpdateSecurityStampAsync(admin);
        }

        documents.Insert(AuditEntry.OfOperator(AuditActions.FirstAdminNamed, "user", $"{admin.Id:D}", now));
        await SaveAsync(documents, cancellation);
        return links.ToReset(await accounts.GeneratePasswordResetTokenAsync(admin));
    }

    // Whom earlier commands have named, each locked so that a first password that is being set comes before this or after.
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
                    "The shop has an administrator, who makes others by granting the role; \"forgot password\" replaces a lost password.");
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
            throw new StartupException("The account was changed at this moment: run the command again.");
        }
    }
}
