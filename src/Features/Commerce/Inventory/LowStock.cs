using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Options;
using Aarya.Infrastructure.Postgres;
using Marten;
using Npgsql;
using NpgsqlTypes;
using Wolverine;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>
/// Finds the SKUs on sale of which few pieces are left. <c>commerce.low_stock</c> has a row per such SKU from the sale that made it low
/// until enough pieces have come back, so that staff get one report of it. A report waits for <see cref="Delay"/>: one mail names all
/// SKUs that a rush of orders has made low, and a reservation that expires meanwhile is not reported.
/// </summary>
public static class LowStock
{
    public static readonly TimeSpan Delay = TimeSpan.FromMinutes(10);

    /// <summary>The most SKUs that one report names.</summary>
    public const int Named = 50;

    /// <summary>Notes which of these SKUs are low now. Returns the message of the next report, unless one is scheduled.</summary>
    /// <param name="available">How many pieces of each SKU can be ordered.</param>
    public static async Task<OutgoingMessages> NoteAsync(
        IDocumentSession session, IReadOnlyDictionary<string, int> available, LowStockOptions options, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (options.Threshold == 0 || available.Count == 0) return [];
        await using var command = new NpgsqlCommand(
            """
            with sku as (select * from unnest($1, $2) as sku (sku, available)),
            waiting as (select 1 from commerce.low_stock where reported_at is null and noted_at > $4 limit 1),
            recovered as (delete from commerce.low_stock using sku where low_stock.sku = sku.sku and available > $3),
            low as (insert into commerce.low_stock (sku, noted_at) select sku, $5 from sku where available <= $3 order by sku
                on conflict do nothing returning sku)
            select exists (select from low) and not exists (select from waiting)
            """)
        {
            Parameters =
            {
                new() { Value = available.Keys.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = available.Values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
                new() { Value = options.Threshold },
                // A report that should have come long ago was lost.
                new() { Value = now - (2 * Delay) },
                new() { Value = now },
            },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        await reader.ReadAsync(cancellation);
        return reader.GetBoolean(0) ? [new ReportLowStock().ScheduledAt(now + Delay)] : [];
    }

    /// <summary>Marks what has not been reported as reported, and returns it; null when it has all recovered.</summary>
    public static async Task<StockLowNotice?> TakeAsync(
        IDocumentSession session, LowStockOptions options, DateTimeOffset now, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        // Waits for every transaction that has noted a SKU and has counted on this report: its SKU is reported now, or a report follows.
        await session.ExecuteAsync(new NpgsqlCommand("lock table commerce.low_stock in share row exclusive mode"), cancellation);
        await using var command = new NpgsqlCommand(
            """
            select sku, name, on_hand - reserved, count(*) over () from commerce.low_stock join commerce.variant using (sku)
            join commerce.stock using (sku)
            where reported_at is null and published and on_hand - reserved <= $1 order by on_hand - reserved, sku limit $2
            """)
        {
            Parameters = { new() { Value = options.Threshold }, new() { Value = Named } },
        };
        List<LowSku> low = [];
        var count = 0;
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            low.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt32(2)));
            count = (int)reader.GetInt64(3);
        }

        // What is no longer on sale, or no longer low, is noted again when that changes.
        session.QueueSqlCommand(
            """
            delete from commerce.low_stock where reported_at is null and not exists (
                select from commerce.variant join commerce.stock using (sku)
                where sku = low_stock.sku and published and on_hand - reserved <= ?)
            """,
            options.Threshold);
        session.QueueSqlCommand("update commerce.low_stock set reported_at = ? where reported_at is null", now);
        return low.Count == 0 ? null : new(Guid.CreateVersion7(now), low, count, options.Threshold, now);
    }
}
