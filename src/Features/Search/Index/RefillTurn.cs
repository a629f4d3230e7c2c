using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Search.Index;

/// <summary>
/// Lets one refill of the index run at a time: two at once would do the work twice and wait for each other's rows. The turn is a row of a
/// table, because a refill that was started by HTTP continues after a restart. A refill that stops before its end loses its turn after
/// <see cref="GivenUpAfter"/>.
/// </summary>
public sealed class RefillTurn(ISearchStore store)
{
    /// <summary>Longer than a page takes, including a restart of the program.</summary>
    public static readonly TimeSpan GivenUpAfter = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The time of PostgreSQL's clock, which identifies a refill: the rows that it indexes get a later time of this clock, and rows that
    /// are older at its end count as gone.
    /// </summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var ask = new NpgsqlCommand("select now()", connection);
        return new((DateTime)(await ask.ExecuteScalarAsync(cancellation))!);
    }

    /// <summary>Begins the refill, or continues it.</summary>
    /// <param name="since">When the refill began, by <see cref="NowAsync"/>.</param>
    /// <returns>Null when this refill has the turn; else the time at which the refill that has it began.</returns>
    public async Task<DateTimeOffset?> TakeAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        while (true)
        {
            await using var take = new NpgsqlCommand(
                """
                insert into search.refill as turn (index, since, seen_at) values ('catalogue', $1, now())
                on conflict (index) do update set since = excluded.since, seen_at = excluded.seen_at
                where turn.since = excluded.since or turn.seen_at < now() - $2
                returning since
                """, connection)
            {
                Parameters = { new() { Value = since.ToUniversalTime() }, new() { Value = GivenUpAfter } },
            };
            if (await take.ExecuteScalarAsync(cancellation) is not null) return null;
            await using var other = new NpgsqlCommand("select since from search.refill", connection);
            // The other refill may have ended between the two statements.
            if (await other.ExecuteScalarAsync(cancellation) is DateTime began) return new(began);
        }
    }

    /// <summary>Ends the refill: the next may begin.</summary>
    public async Task EndAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var end = new NpgsqlCommand("delete from search.refill where since = $1", connection)
        {
            Parameters = { new() { Value = since.ToUniversalTime() } },
        };
        await end.ExecuteNonQueryAsync(cancellation);
    }
}
