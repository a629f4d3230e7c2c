using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Postgres;

/// <summary>Checks, before anything else starts, that every context can log in and has its schema; outside production, migrates.</summary>
public sealed class DatabaseAtStart(
    ActiveContexts contexts, ContextDatabases databases, Migrations migrations, IHostEnvironment environment)
    : StartStep
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!environment.IsProduction())
        {
            await migrations.ApplyUnlessRecordedAsync(cancellationToken);
            return;
        }

        await Task.WhenAll(contexts.Active.Select(x => RequireAsync(x, cancellationToken)));
    }

    private async Task RequireAsync(BoundedContext context, CancellationToken cancellation)
    {
        if (await migrations.CanLogInAsync(context, cancellation) && await IsMigratedAsync(context, cancellation))
        {
            if (await migrations.IsRewrittenAsync(context, cancellation)) return;
            throw new StartupException(
                $"The database at {databases.HostOf(context.Role)} has the data of {context.Role} in the form of an earlier version: run "
                + "`migrate` first (./aarya migrate).");
        }

        throw new StartupException(
            $"The database at {databases.HostOf(context.Role)} has no schema for {context.Role} yet: "
            + "run `migrate` first (./aarya migrate).");
    }

    private async Task<bool> IsMigratedAsync(BoundedContext context, CancellationToken cancellation)
    {
        await using var connection = await databases.PlainSourceOf(context.Role).OpenConnectionAsync(cancellation);
        return await connection.HasTableAsync($"{context.Role}.wolverine_outgoing_envelopes", cancellation);
    }
}

public static class PreparedDatabase
{
    /// <summary>Does for a command what <see cref="DatabaseAtStart"/> does for a process that serves.</summary>
    /// <exception cref="StartupException">In production: a hosted context was not migrated.</exception>
    public static Task PrepareDatabaseAsync(this IHost host, CancellationToken cancellation) =>
        ActivatorUtilities.CreateInstance<DatabaseAtStart>(host.Services).StartAsync(cancellation);
}
