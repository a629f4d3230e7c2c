using Aarya.Infrastructure.Postgres;
using Marten;
using Npgsql;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>A quantity of one SKU.</summary>
public sealed record StockLine(string Sku, int Quantity);

/// <summary>A line without enough stock: the requested and the available quantity.</summary>
public sealed record StockShortage(string Sku, int Requested, int Available);

/// <summary>The stock of a SKU on hand, and how much of it is reserved.</summary>
/// <param name="Sequence">Grows whenever <see cref="Available"/> may have changed.</param>
public sealed record StockLevel(string Sku, int OnHand, int Reserved, long Sequence)
{
    public int Available => OnHand - Reserved;
}

/// <summary>The stock after an adjustment, and whether the adjustment was made (now or earlier) or refused.</summary>
public sealed record StockAdjustment(StockLevel Level, bool Stands);

/// <summary>
/// The only code that changes stock. Every change is one round trip in the caller's own transaction: first the rows are locked in SKU
/// order, so that two orders cannot deadlock; then one statement, which sees their current values, changes all of them or none. A repeated
/// change has no effect.
/// </summary>
public static class Stock
{
    /// <summary>
    /// Reserves every line until <paramref name="expiresAt"/>, or none. Empty when all are reserved. An existing reservation stays as it
    /// is, whatever its status.
    /// </summary>
    public static async Task<IReadOnlyList<StockShortage>> ReserveAsync(
        IDocumentSession session, Guid reservationId, IReadOnlyList<StockLine> lines, DateTimeOffset expiresAt,
        CancellationToken cancellation)
    {
        if (lines.Any(x => x.Quantity < 1)) throw new ArgumentOutOfRangeException(nameof(lines), "A quantity is less than 1.");
        await using var batch = await BeginAsync(session, cancellation);
        string[] skus = [.. lines.Select(x => x.Sku)];
        batch.Add("select from commerce.stock where sku = any($1) order by sku for update", [skus]);
        batch.Add(
            """
            with wanted as (
              select sku, sum(quantity)::bigint as quantity from unnest($2::text[], $3::integer[]) as line(sku, quantity) group by sku
            ), short as (
              select wanted.sku, wanted.quantity, coalesce(on_hand - reserved, 0) as available
              from wanted left join commerce.stock using (sku)
              where coalesce(on_hand - reserved, 0) < wanted.quantity
            ), taken as (
              update commerce.stock set reserved = reserved + wanted.quantity, sequence = sequence + 1
              from wanted
              where stock.sku = wanted.sku and not exists (select from short)
                and not exists (select from commerce.reservation where id = $1)
              returning stock.sku, wanted.quantity
            ), held as (
              insert into commerce.reservation (id, sku, quantity, status, expires_at) select $1, sku, quantity, 'held', $4 from taken
            ), told as (
              insert into commerce.stock_changed (sku) select sku from taken
            )
            select sku, quantity, available from short where not exists (select from commerce.reservation where id = $1) order by sku
            """,
            [reservationId, skus, lines.Select(x => x.Quantity).ToArray(), expiresAt.ToUniversalTime()]);

        List<StockShortage> shortages = [];
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            shortages.Add(new(reader.GetString(0), (int)Math.Min(int.MaxValue, reader.GetInt64(1)), reader.GetInt32(2)));
        return shortages;
    }

    /// <summary>
    /// Locks the stock of these SKUs until the transaction ends. A transaction that changes stock more than once must call this first.
    /// </summary>
    public static async Task LockAsync(IDocumentSession session, string[] skus, CancellationToken cancellation)
    {
        await using var batch = await BeginAsync(session, cancellation);
        batch.Add("select from commerce.stock where sku = any($1) order by sku for update", [skus]);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Releases the reservation. False when nothing is reserved under this id.</summary>
    public static Task<bool> ReleaseAsync(IDocumentSession session, Guid reservationId, CancellationToken cancellation) =>
        MoveAsync(session, reservationId, "held",
            """
            with line as (
              update commerce.reservation set status = 'released' where id = $1 and status = 'held' returning sku, quantity
            ), freed as (
              update commerce.stock set reserved = reserved - quantity, sequence = sequence + 1
              from line where stock.sku = line.sku returning stock.sku
            ), told as (
              insert into commerce.stock_changed (sku) select sku from freed
            )
            select count(*) from freed
            """, [], cancellation);

    /// <summary>Turns the reservation into a sale. False when nothing is reserved under this id, so nothing was sold.</summary>
    public static Task<bool> SellAsync(IDocumentSession session, Guid reservationId, CancellationToken cancellation) =>
        MoveAsync(session, reservationId, "held",
            """
            with line as (
              update commerce.reservation set status = 'sold' where id = $1 and status = 'held' returning sku, quantity
            ), gone as (
              update commerce.stock set on_hand = on_hand - quantity, reserved = reserved - quantity
              from line where stock.sku = line.sku returning stock.sku, quantity
            ), booked as (
              insert into commerce.stock_ledger (sku, delta, reason, reference)
              select sku, -quantity, 'sale', 'reservation:' || $1::text from gone
            )
            select count(*) from gone
            """, [], cancellation);

    /// <summary>Restocks what was sold, only once, whatever the reason. False when nothing is sold under this id.</summary>
    public static Task<bool> RestockAsync(IDocumentSession session, Guid reservationId, string reason, CancellationToken cancellation) =>
        MoveAsync(session, reservationId, "sold",
            """
            with line as (
              update commerce.reservation set status = 'restocked' where id = $1 and status = 'sold' returning sku, quantity
            ), back as (
              update commerce.stock set on_hand = on_hand + quantity, sequence = sequence + 1
              from line where stock.sku = line.sku returning stock.sku, quantity
            ), booked as (
              insert into commerce.stock_ledger (sku, delta, reason, reference)
              select sku, quantity, $2, 'reservation:' || $1::text from back
            ), told as (
              insert into commerce.stock_changed (sku) select sku from back
            )
            select count(*) from back
            """, [reason], cancellation);

    /// <summary>
    /// Creates the stock of each SKU that has none, with the line's quantity, or reopens it; other SKUs stay as they are. Done when the
    /// session saves.
    /// </summary>
    public static void Open(IDocumentSession session, IReadOnlyList<StockLine> lines) => session.QueueSqlCommand(
        """
        with opened as (
          insert into commerce.stock (sku, on_hand, reserved, sequence)
          select sku, quantity, 0, 1 from unnest(?::text[], ?::integer[]) as line(sku, quantity) order by sku
          on conflict (sku) do update
          set on_hand = stock.on_hand + excluded.on_hand, sequence = stock.sequence + 1, closed = false, kept_for = null
          where stock.closed
          returning sku, on_hand, sequence
        ), told as (
          insert into commerce.stock_changed (sku) select sku from opened
        )
        insert into commerce.stock_ledger (sku, delta, reason, reference)
        select sku, quantity, 'opening', case sequence when 1 then 'opening' else 'opening:' || sequence end
        from opened join unnest(?::text[], ?::integer[]) as line(sku, quantity) using (sku) where quantity > 0
        """,
        lines.Select(x => x.Sku).ToArray(), lines.Select(x => x.Quantity).ToArray(),
        lines.Select(x => x.Sku).ToArray(), lines.Select(x => x.Quantity).ToArray());

    /// <summary>
    /// Closes the stock of a product's SKUs: writes it off and frees the SKUs. A SKU with reserved stock stays open, and a SKU that was
    /// ever sold stays its product's, because a cancelled order returns its goods there. Done when the session saves.
    /// </summary>
    public static void Close(IDocumentSession session, Guid product, IReadOnlyList<string> skus, string reason) => session.QueueSqlCommand(
        """
        with was as (
          select sku, on_hand from commerce.stock where sku = any (?) and not closed and reserved = 0 order by sku for update
        ), gone as (
          update commerce.stock set on_hand = 0, sequence = sequence + 1, closed = true,
            kept_for = case when exists (
              select from commerce.stock_ledger as sale where sale.sku = stock.sku and sale.reason = 'sale') then ?::uuid end
          from was where stock.sku = was.sku returning stock.sku, was.on_hand, sequence
        )
        insert into commerce.stock_ledger (sku, delta, reason, reference)
        select sku, -on_hand, ?, 'closing:' || sequence from gone where on_hand > 0
        """,
        skus.ToArray(), product, reason);

    /// <summary>The stock of these SKUs, locked until the caller's transaction ends.</summary>
    public static async Task<IReadOnlyDictionary<string, StockLevel>> FindLockedAsync(
        IDocumentSession session, string[] skus, CancellationToken cancellation)
    {
        await LockAsync(session, skus, cancellation);
        return await FindAsync(session, skus, cancellation);
    }

    /// <summary>
    /// Adds <paramref name="delta"/> to the stock on hand, once per <paramref name="reference"/>. Null when the SKU is unknown; a delta
    /// that would leave less than what is reserved is not applied.
    /// </summary>
    public static async Task<StockAdjustment?> AdjustAsync(
        IDocumentSession session, string sku, int delta, string reason, string reference, CancellationToken cancellation)
    {
        await using var batch = await BeginAsync(session, cancellation);
        batch.Add("select from commerce.stock where sku = $1 and not closed for update", [sku]);
        batch.Add(
            """
            with earlier as (
              select from commerce.stock_ledger where sku = $1 and reference = $4
            ), adjusted as (
              update commerce.stock set on_hand = on_hand + $2, sequence = sequence + 1
              where sku = $1 and not closed and on_hand::bigint + $2 between reserved and 2147483647 and not exists (select from earlier)
              returning sku, on_hand, reserved, sequence
            ), booked as (
              insert into commerce.stock_ledger (sku, delta, reason, reference) select sku, $2, $3, $4 from adjusted
            ), told as (
              insert into commerce.stock_changed (sku) select sku from adjusted
            )
            select coalesce(adjusted.on_hand, stock.on_hand), stock.reserved, coalesce(adjusted.sequence, stock.sequence),
              adjusted.sku is not null or exists (select from earlier)
            from commerce.stock left join adjusted using (sku) where stock.sku = $1 and not closed
            """, [sku, delta, reason, reference]);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(new(sku, reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2)), reader.GetBoolean(3))
            : null;
    }

    /// <summary>The current stock, or null when there is no such SKU.</summary>
    public static async Task<StockLevel?> FindAsync(IQuerySession session, string sku, CancellationToken cancellation) =>
        (await FindAsync(session, [sku], cancellation)).GetValueOrDefault(sku);

    /// <summary>The current stock by SKU; unknown SKUs are absent.</summary>
    public static async Task<IReadOnlyDictionary<string, StockLevel>> FindAsync(IQuerySession session, IEnumerable<string> skus,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select sku, on_hand, reserved, sequence from commerce.stock where sku = any ($1)")
        {
            Parameters = { new() { Value = skus.ToArray() } },
        };
        Dictionary<string, StockLevel> found = [];
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
            found[reader.GetString(0)] = new(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt64(3));
        return found;
    }

    private static async Task<bool> MoveAsync(
        IDocumentSession session, Guid reservationId, string status, string change, object[] more, CancellationToken cancellation)
    {
        await using var batch = await BeginAsync(session, cancellation);
        batch.Add(
            """
            select from commerce.stock where sku in (select sku from commerce.reservation where id = $1 and status = $2)
            order by sku for update
            """, [reservationId, status]);
        batch.Add(change, [reservationId, .. more]);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        return await reader.ReadAsync(cancellation) && reader.GetInt64(0) > 0;
    }

    private static async Task<NpgsqlBatch> BeginAsync(IDocumentSession session, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        // A session with nothing queued does not commit, and these statements are not queued.
        session.QueueSqlCommand("delete from commerce.stock_changed where false");
        return session.Connection.CreateBatch();
    }

    private static void Add(this NpgsqlBatch batch, string sql, object[] values)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        batch.BatchCommands.Add(command);
    }
}
