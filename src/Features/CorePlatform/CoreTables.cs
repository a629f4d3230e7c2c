using Weasel.Postgresql.Tables;

namespace Aarya.Features.CorePlatform;

/// <summary>The plain tables of the context.</summary>
internal static class CoreTables
{
    public static IReadOnlyList<Table> All { get; } = [SigningKey(), VerificationKey(), AccountKey(), KeyUse(), Backup()];

    // The private key that a developer's shop signs its tokens with.
    private static Table SigningKey()
    {
        var key = new Table($"{Roles.Core}.signing_key");
        key.AddColumn<string>("purpose").AsPrimaryKey();
        key.AddColumn<string>("private_pem").NotNull();
        return key;
    }

    // The public keys of all processes that sign.
    private static Table VerificationKey()
    {
        var key = new Table($"{Roles.Core}.verification_key");
        key.AddColumn<string>("kid").AsPrimaryKey();
        key.AddColumn<string>("x").NotNull();
        key.AddColumn<string>("y").NotNull();
        key.AddColumn<DateTimeOffset>("signed_at").NotNull();
        return key;
    }

    // The sealed secret under which tokens of mailed links and of devices are made.
    private static Table AccountKey()
    {
        var key = new Table($"{Roles.Core}.account_key");
        key.AddColumn<string>("purpose").AsPrimaryKey();
        key.AddColumn("secret", "bytea").NotNull();
        return key;
    }

    // Since when each key has been in use.
    private static Table KeyUse()
    {
        var use = new Table($"{Roles.Core}.key_use");
        use.AddColumn<string>("purpose").AsPrimaryKey();
        use.AddColumn<string>("name").AsPrimaryKey();
        use.AddColumn<DateTimeOffset>("first_used_at").NotNull();
        use.AddColumn<DateTimeOffset>("last_used_at").NotNull();
        return use;
    }

    // The backups that were made; `./aarya backup` writes it.
    private static Table Backup()
    {
        var backup = new Table($"{Roles.Core}.backup");
        backup.AddColumn<string>("name").AsPrimaryKey();
        backup.AddColumn<DateTimeOffset>("began_at").NotNull();
        backup.AddColumn<DateTimeOffset>("ended_at").NotNull();
        // When it was last restored and found right; null before.
        backup.AddColumn<DateTimeOffset>("verified_at").AllowNulls();
        return backup;
    }
}
