using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Settings;
using JasperFx;
using Marten;
using Medallion.Threading;
using Medallion.Threading.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Weasel.Core.Migrations;
using Wolverine.Runtime;

namespace Aarya.Infrastructure.Postgres;

/// <summary>The state of one context's schema.</summary>
/// <param name="Role">The context.</param>
/// <param name="Pending">The SQL that would bring it up to date; empty when it is.</param>
public sealed record MigrationStatus(string Role, string Pending)
{
    public bool IsCurrent => Pending.Length == 0;
}

/// <summary>Brings every hosted context's login, schema, documents, tables and message storage up to date with the code.</summary>
public sealed class Migrations(ActiveContexts contexts, ContextDatabases databases, IServiceProvider services)
{
    private const int MostAttempts = 50;

    // A process that stands still in a transaction keeps its locks: PostgreSQL ends the transaction. The limit is above the 30 s that a
    // handler may take, because its transaction is idle while the handler waits for something else.
    private const int IdleTransactionSeconds = 40;

    /// <summary>
    /// Creates what is missing and changes what differs; running it again changes nothing. Waits for another run that does the same.
    /// </summary>
    public Task ApplyAsync(CancellationToken cancellation) => ApplyAsync(compares: true, cancellation);

    /// <summary>
    /// The same, without a comparison of the schema when it is recorded that it has this definition: what was changed by hand stays.
    /// </summary>
    public Task ApplyUnlessRecordedAsync(CancellationToken cancellation) => ApplyAsync(compares: false, cancellation);

    private async Task ApplyAsync(bool compares, CancellationToken cancellation)
    {
        foreach (var context in contexts.Active)
        {
            await ProvisionAsync(context, cancellation);
            var json = RewriteOf(context);
            var applied = new AppliedSchema(context.Role, databases.PlainSourceOf(context.Role), [.. Databases(context)]);
            if (!compares && await applied.IsCurrentAsync(cancellation) && await json.IsDoneAsync(cancellation)) continue;
            // One run at a time: two runs that find the same table missing would both create it.
            var one = new PostgresAdvisoryLockKey($"aarya migrate {context.Role}", allowHashing: true);
            var alone = new PostgresDistributedLock(one, databases.PlainSourceOf(context.Role));
            await using var turn = await alone.AcquireAsync(null, cancellation);
            var isDone = await json.IsDoneAsync(cancellation);
            // Before the new indexes are built, so that they are built once.
            if (!isDone) await json.ApplyAsync(cancellation);
            foreach (var database in Databases(context))
            {
                var migration = await database.CreateMigrationAsync(cancellation);
                if (migration.Difference == Weasel.Core.SchemaPatchDifference.None) continue;
                await applied.ForgetAsync(cancellation);
                await database.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate, ct: cancellation);
            }

            if (!isDone) await json.RecordAsync(cancellation);
            await applied.RecordAsync(cancellation);
        }
    }

    /// <summary>Reports what <see cref="ApplyAsync"/> would do, and changes nothing.</summary>
    public async Task<IReadOnlyList<MigrationStatus>> StatusAsync(CancellationToken cancellation)
    {
        List<MigrationStatus> all = [];
        foreach (var context in contexts.Active)
        {
            if (!await CanLogInAsync(context, cancellation))
            {
                all.Add(new(context.Role,
                    $"-- the login {ContextDatabases.LoginOf(context.Role)} and the schema {context.Role} do not exist yet"));
                continue;
            }

            var pending = await RewriteOf(context).IsDoneAsync(cancellation)
                ? ""
                : $"-- the documents and events of {context.Role} have the form of an earlier version\n";
            foreach (var database in Databases(context))
            {
                var migration = await database.CreateMigrationAsync(cancellation);
                if (migration.Difference == Weasel.Core.SchemaPatchDifference.None) continue;
                var sql = new StringWriter();
                migration.WriteAllUpdates(sql, new Weasel.Postgresql.PostgresqlMigrator(), AutoCreate.CreateOrUpdate);
                pending += sql.ToString();
            }

            all.Add(new(context.Role, pending));
        }

        return all;
    }

    /// <summary>Creates the login role and the schema it owns; needs a login that may create both.</summary>
    /// <exception cref="StartupException">The administrator's connection does not work or may not create roles.</exception>
    public async Task ProvisionAsync(BoundedContext context, CancellationToken cancellation)
    {
        if (await CanLogInAsync(context, cancellation))
        {
            await LimitIdleTransactionsAsync(context, cancellation);
            return;
        }

        var login = ContextDatabases.LoginOf(context.Role);
        var sql = $"""
            do $$ begin
              if not exists (select from pg_roles where rolname = '{login}') then create role {login} login; end if;
              if not pg_has_role(current_user, '{login}', 'member') then grant {login} to current_user; end if;
            end $$;
            alter role {login} with login password '{databases.PasswordOf(context.Role).Replace("'", "''", StringComparison.Ordinal)}';
            create schema if not exists {context.Role} authorization {login};
            revoke all on schema {context.Role} from public;
            revoke create on schema public from public;
            alter role {login} set search_path = {context.Role}, public;
            alter role {login} set idle_in_transaction_session_timeout = '{IdleTransactionSeconds}s';
            """;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await AsAdministratorAsync(context, sql, cancellation);
                    break;
                }
                catch (PostgresException e) when (attempt < MostAttempts && IsOvertaken(e))
                {
                    await Task.Delay(Random.Shared.Next(20, 200), cancellation);
                }
            }
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new StartupException(Explain(context, e));
        }
    }

    // For a login of an earlier version or of an operator; a limit that it has already stays.
    private async Task LimitIdleTransactionsAsync(BoundedContext context, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await databases.PlainSourceOf(context.Role).OpenConnectionAsync(cancellation);
            await using var limit = new NpgsqlCommand($"""
                do $$ begin
                  if current_setting('idle_in_transaction_session_timeout') = '0' then
                    execute format('alter role %I set idle_in_transaction_session_timeout = ''{IdleTransactionSeconds}s''', current_user);
                  end if;
                exception when internal_error then null; -- another process does the same at this moment
                end $$
                """, connection);
            await limit.ExecuteNonQueryAsync(cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new StartupException(Explain(context, e));
        }
    }

    // On a new connection each time: Npgsql closes a connection after an internal error, and "tuple concurrently updated" is one.
    private async Task AsAdministratorAsync(BoundedContext context, string sql, CancellationToken cancellation)
    {
        // Not from a pool: a connection that returned to it would keep the lock.
        var url = new NpgsqlConnectionStringBuilder(databases.AdministratorOf(context.Role)) { Pooling = false };
        await using var admin = new NpgsqlConnection(url.ConnectionString);
        await admin.OpenAsync(cancellation);
        // Several processes may start at once on an empty database.
        await admin.LockAsync("provision", cancellation);
        await using var provision = new NpgsqlCommand(sql, admin);
        await provision.ExecuteNonQueryAsync(cancellation);
    }

    // A login belongs to the whole server, but the lock to one database: another process may provision another database.
    private static bool IsOvertaken(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateObject
        || (e.SqlState == PostgresErrorCodes.InternalError && e.MessageText == "tuple concurrently updated");

    internal async Task<bool> CanLogInAsync(BoundedContext context, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await databases.PlainSourceOf(context.Role).OpenConnectionAsync(cancellation);
            await using var command = new NpgsqlCommand(
                "select has_schema_privilege(current_user, $1, 'create') from pg_namespace where nspname = $1", connection)
            {
                Parameters = { new() { Value = context.Role } },
            };
            return await command.ExecuteScalarAsync(cancellation) is true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword
            or PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            return false;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new StartupException(Explain(context, e));
        }
    }

    private string Explain(BoundedContext context, Exception e)
    {
        var (server, setting) = ($"PostgreSQL at {databases.HostOf(context.Role)}", databases.SettingOf(context.Role));
        return e switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing =>
                $"{server} answers, but: {missing.MessageText}. Create the database, or correct {setting}.",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied =>
                $"{server}: {denied.MessageText}. Run `migrate` with a DATABASE_DIRECT_URL that may create roles and schemas.",
            PostgresException refused => $"{server} refused: {refused.MessageText}. Check {setting}.",
            _ => $"PostgreSQL does not answer at {databases.HostOf(context.Role)} ({e.InnerException?.Message ?? e.Message}). Start it, "
                + $"correct {setting}, or run ./aarya up.",
        };
    }

    /// <summary>False while the context's rows have the form of an earlier version, in which queries do not find them.</summary>
    internal Task<bool> IsRewrittenAsync(BoundedContext context, CancellationToken cancellation) =>
        RewriteOf(context).IsDoneAsync(cancellation);

    private StoredJsonRewrite RewriteOf(BoundedContext context) =>
        new(context.Role, (IDocumentStore)services.GetRequiredService(context.StoreType));

    private IEnumerable<IDatabase> Databases(BoundedContext context)
    {
        var store = (DocumentStore)services.GetRequiredService(context.StoreType);
        yield return store.Storage.Database;
        yield return (IDatabase)services.GetRequiredService<IWolverineRuntime>().Stores.FindAncillaryStore(context.StoreType);
    }
}
