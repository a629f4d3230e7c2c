using Aarya.Infrastructure.Hosting;
using Medallion.Threading;
using Medallion.Threading.Postgres;

namespace Aarya.Infrastructure.Postgres;

/// <summary>
/// Lets one run of a command at a time work on what the contexts of this process keep. A run that is killed gives its turn up at once.
/// </summary>
public sealed class CommandTurn(ActiveModules contexts, ContextDatabases databases)
{
    /// <summary>Takes the turn, to be disposed of when the command has ended.</summary>
    /// <param name="command">The name that people run it by.</param>
    /// <returns>Null when another run has the turn: standard error says so then.</returns>
    public async Task<IAsyncDisposable?> TryTakeAsync(string command, CancellationToken cancellation)
    {
        var turns = new Turns();
        // Always in one order, and never waiting: contexts may have servers of their own.
        foreach (var module in contexts.Active)
        {
            // Not through a pooler: the lock belongs to the connection, which the pooler would give to another client.
            var key = new PostgresAdvisoryLockKey($"aarya {command} {module.Role}", allowHashing: true);
            var own = new PostgresDistributedLock(key, databases.PlainSourceOf(module.Role));
            var turn = await own.TryAcquireAsync(TimeSpan.Zero, cancellation);
            if (turn is not null)
            {
                turns.Add(turn);
                continue;
            }

            await turns.DisposeAsync();
            await Console.Error.WriteLineAsync($"aarya: another {command} is at work on {module.Role}: wait for its end.");
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
