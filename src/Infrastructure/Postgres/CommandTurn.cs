using Aarya.Infrastructure.Contexts;
using Medallion.Threading;
using Medallion.Threading.Postgres;

namespace Aarya.Infrastructure.Postgres;

/// <summary>
/// Allows one run of a command at a time on the data of this process's contexts. A run that is killed releases its turn at once.
/// </summary>
public sealed class CommandTurn(ActiveContexts contexts, ContextDatabases databases)
{
    /// <summary>Takes the turn, to be disposed of when the command has ended.</summary>
    /// <param name="command">The name of the command.</param>
    /// <returns>Null when another run has the turn; standard error reports it then.</returns>
    public async Task<IAsyncDisposable?> TryTakeAsync(string command, CancellationToken cancellation)
    {
        var turns = new Turns();
        // Always in the same order, and never waiting: each context may have its own server.
        foreach (var context in contexts.Active)
        {
            // Not through a pooler: the lock belongs to the connection, which the pooler would give to another client.
            var key = new PostgresAdvisoryLockKey($"aarya {command} {context.Role}", allowHashing: true);
            var own = new PostgresDistributedLock(key, databases.PlainSourceOf(context.Role));
            var turn = await own.TryAcquireAsync(TimeSpan.Zero, cancellation);
            if (turn is not null)
            {
                turns.Add(turn);
                continue;
            }

            await turns.DisposeAsync();
            await Console.Error.WriteLineAsync($"aarya: another {command} is running on {context.Role}: wait until it ends.");
            return null;
        }

        return turns;
    }

    private sealed class Turns : IAsyncDisposable
    {
        private readonly List<IDistributedSynchronizationHandle> held = [];

        public void Add(IDistributedSynchronizationHandle turn) => held.Add(turn);

        public async ValueTask DisposeAsync()
        {
            foreach (var turn in held) await turn.DisposeAsync();
        }
    }
}
