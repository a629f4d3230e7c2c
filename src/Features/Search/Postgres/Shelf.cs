using System.Data.Common;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Features.Search.Postgres;

/// <summary>
/// The products on sale, as searches find, filter, count and show them, in the memory of this process. PostgreSQL has the truth; before a
/// search the products that have changed since are read, at most every <see cref="Fresh"/> and after each write of this process. A search
/// waits for this reading only after a write of this process, or when what is known is older than <see cref="Usable"/>. The first search
/// waits until all are read.
/// </summary>
/// <remarks>
/// <c>indexed_at</c> is when the transaction began, which can be long before it commits. So each reading looks back by
/// <see cref="LongestWrite"/>, and takes only rows of the oldest transaction that ran at the reading before and of later ones. All is
/// read again every <see cref="Whole"/>, for writes that take even longer and for those that set no time; searches go on meanwhile.
/// </remarks>
public sealed partial class Shelf(ISearchStore store, SalesOfProducts sales, TimeProvider time, ILogger<Shelf> log) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Usable = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private bool isReadingAll;
    private bool isReadingBeside;
    private long failedAt;
    private long failedBesideAt;
    private Read? last;
    private long writes;
    private long rewrites;

    /// <summary>This process has changed the index: the next search reads the change.</summary>
    internal void Changed() => Interlocked.Increment(ref writes);

    /// <summary>This process has changed rows without their time: the next search reads all.</summary>
    internal void Rewritten() => Interlocked.Increment(ref rewrites);

    /// <summary>The products on sale as they were last read; null before that.</summary>
    internal ProductsOnSale? Known => Volatile.Read(ref last)?.View;

    /// <summary>The products on sale, as PostgreSQL had them at most a second ago.</summary>
    internal async ValueTask<ProductsOnSale> ViewAsync(CancellationToken cancellation)
    {
        var (asked, write, rewrite) = (time.GetTimestamp(), Interlocked.Read(ref writes), Interlocked.Read(ref rewrites));
        if (NotOlderThan(Fresh) is { } fresh) return fresh;
        // After a failure, searches read themselves for a while, so that their callers get the exception.
        if (NotOlderThan(Usable) is { } usable && (failedBesideAt == 0 || time.GetElapsedTime(failedBesideAt) > AfterFailure))
        {
            if (!Interlocked.Exchange(ref isReadingBeside, true)) _ = Task.Run(ReadNextBesideAsync, CancellationToken.None);
            return usable;
        }

        await reading.WaitAsync(cancellation);
        try
        {
            // A reading that began after this search had asked is good enough, however long it took: else waiting searches would read one
            // after another.
            if (NotOlderThan(Fresh) is { } read) return read;
            return await ReadNextAsync(rewrite, cancellation);
        }
        finally
        {
            reading.Release();
        }

        ProductsOnSale? NotOlderThan(TimeSpan oldest) =>
            Volatile.Read(ref last) is { } known && known.Writes >= write && known.Rewrites >= rewrite
            && (known.At >= asked || time.GetElapsedTime(known.At, asked) < oldest)
                ? known.View
                : null;
    }

    // For the one that holds the semaphore.
    private async Task<ProductsOnSale> ReadNextAsync(long rewrite, CancellationToken cancellation)
    {
        try
        {
            last = last is null || last.Rewrites < rewrite
                ? WithEarlierScores(await ReadAllAsync(cancellation))
                : await ReadChangesAsync(last, cancellation);
            if (!last.IsComplete || time.GetElapsedTime(last.WholeAt) > Whole) ReadAllSoon();
            return last.View;
        }
        catch (Exception e) when (!Outage.Is(e) && e is not OperationCanceledException)
        {
            // What was being applied may be there in part.
            last = null;
            throw;
        }
    }

    private async Task ReadNextBesideAsync()
    {
        try
        {
            await reading.WaitAsync(stopping.Token);
            try
            {
                // A search may have read meanwhile.
                if (last is not { } known || time.GetElapsedTime(known.At) >= Fresh)
                    await ReadNextAsync(Interlocked.Read(ref rewrites), stopping.Token);
            }
            finally
            {
                reading.Release();
            }

            failedBesideAt = 0;
        }
#pragma warning disable CA1031 // Nobody waits for this reading.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // In an outage, the next search reads itself when what is known has become old.
            if (Outage.Is(e) || stopping.IsCancellationRequested) return;
            failedBesideAt = time.GetTimestamp();
            LogChangesFailed(e);
        }
        finally
        {
            Volatile.Write(ref isReadingBeside, false);
        }
    }

    private void ReadAllSoon()
    {
        if (failedAt != 0 && time.GetElapsedTime(failedAt) < AfterFailure) return;
        if (!Interlocked.Exchange(ref isReadingAll, true)) _ = Task.Run(ReadAllBesideAsync);
    }

    private async Task ReadAllBesideAsync()
    {
        try
        {
            var all = await ReadAllAsync(stopping.Token);
            await reading.WaitAsync(stopping.Token);
            try
            {
                // With what has changed since it began: searches have seen that already.
                last = await ReadChangesAsync(WithEarlierScores(all), stopping.Token);
            }
            finally
            {
                reading.Release();
            }

            failedAt = 0;
        }
#pragma warning disable CA1031 // Nobody waits for this reading; the searches go on with what they have.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failedAt = time.GetTimestamp();
            if (!stopping.IsCancellationRequested) LogFailed(e);
        }
        finally
        {
            Volatile.Write(ref isReadingAll, false);
        }
    }

    private Read WithEarlierScores(Read all)
    {
        if (last is { } before) all.View.TakeScoresOf(before.View);
        return all;
    }

    private Task<Read> ReadAllAsync(CancellationToken cancellation)
    {
        var now = time.GetTimestamp();
        return ReadAsync(new(now, 0, Interlocked.Read(ref rewrites), now, default, "", new()), cancellation);
    }

    private Task<Read> ReadChangesAsync(Read before, CancellationToken cancellation) =>
        ReadAsync(before with { At = time.GetTimestamp() }, cancellation);

    private async Task<Read> ReadAsync(Read before, CancellationToken cancellation)
    {
        var (seen, view) = (Interlocked.Read(ref writes), before.View);
        await using var connection = await store.OpenConnectionAsync(cancellation);
        var (now, changed) = await ChangedAsync(connection, before, cancellation);
        if (changed is { Products.Length: 0, Skus.Length: 0 })
        {
            view.SetScores(sales, time.GetUtcNow());
            return now with { Writes = seen };
        }

        var changes = new Changes(view);
        await using var batch = Products(connection, changed, before.Unseen);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        if (changed is not null) await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) changes.Take(reader);
        changes.End();
        view.SetScores(sales, time.GetUtcNow());
        await reader.DisposeAsync();
        await LearnAsync(connection, view, cancellation);
        return now with { Writes = seen, IsComplete = before.IsComplete && changes.AreComplete };
    }

    // Also reads the synonyms. No change is named when all products are to be read.
    private static async Task<(Read Now, ChangedRows? Changed)> ChangedAsync(
        NpgsqlConnection connection, Read before, CancellationToken cancellation)
    {
        var isWhole = before.Unseen.Length == 0;
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new("select term, words from search.synonym"));
        if (!isWhole) batch.BatchCommands.Add(ByIndex());
        batch.BatchCommands.Add(new(
            $"""
            select now(), pg_snapshot_xmin(pg_current_snapshot())::xid::text {(isWhole ? "" : """
                , array(select product_id from search.product where indexed_at >= $1 and age(xmin) <= age($2::xid)),
                array(select sku from search.stock where indexed_at >= $1 and age(xmin) <= age($2::xid))
                """)}
            """));
        if (!isWhole)
        {
            batch.BatchCommands[^1].Parameters.Add(new() { Value = before.Began - LongestWrite });
            batch.BatchCommands[^1].Parameters.Add(new() { Value = before.Unseen });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        List<(string, string[])> synonyms = [];
        while (await reader.ReadAsync(cancellation))
            synonyms.Add((reader.GetString(0), await reader.GetFieldValueAsync<string[]>(1, cancellation)));
        before.View.Synonyms = new(synonyms);
        if (!isWhole) await reader.NextResultAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var now = before with { Began = reader.GetDateTime(0), Unseen = reader.GetString(1) };
        return (now, isWhole ? null : new(
            await reader.GetFieldValueAsync<Guid[]>(2, cancellation), await reader.GetFieldValueAsync<string[]>(3, cancellation)));
    }

    // For its batch alone. With statistics from before many writes, PostgreSQL would read all rows instead of using the index.
    private static NpgsqlBatchCommand ByIndex() => new("select set_config('enable_seqscan', 'off', true)");

    // The words only of the products that have changed themselves, and once per product. A product may have changed since the changes were
    // read: its row says so.
    private static NpgsqlBatch Products(NpgsqlConnection connection, ChangedRows? changed, string unseen)
    {
        var isWhole = changed is null;
        var command = new NpgsqlBatchCommand(
            $"""
            select product_id, published, slug, name, category, currency, image, published_at,
              case when {(isWhole ? "" : "(itself or age(product.xmin) <= age($3::xid)) and ")}
                row_number() over (partition by product_id order by sku) = 1 then words::text end,
              size, colour, variant.price_minor, compare_at_minor, coalesce(available, 0) > 0, sku, ancestors, materials
            from {(isWhole ? "search.product" : """
              (select product_id, bool_or(itself) as itself
               from (select unnest($1::uuid[]) as product_id, true as itself
                     union all select product_id, false from search.variant where sku = any($2)) as each group by product_id) as changed
              join search.product using (product_id)
              """)} left join search.variant using (product_id) left join search.stock using (sku)
            {(isWhole ? "where published" : "")}
            order by product_id, sku
            """);
        var batch = connection.CreateBatch();
        if (changed is not null)
        {
            batch.BatchCommands.Add(ByIndex());
            command.Parameters.Add(new() { Value = changed.Products });
            command.Parameters.Add(new() { Value = changed.Skus });
            command.Parameters.Add(new() { Value = unseen });
        }

        batch.BatchCommands.Add(command);
        return batch;
    }

    // The words that a typo may have meant, of those that are new.
    private static async Task LearnAsync(NpgsqlConnection connection, ProductsOnSale view, CancellationToken cancellation)
    {
        if (view.Unlearned.Count == 0) return;
        await using var command = new NpgsqlCommand("select word from search.word where word = any ($1)", connection)
        {
            Parameters = { new() { Value = view.Unlearned.ToArray() } },
        };
        List<string> learned = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) learned.Add(reader.GetString(0));
        view.Vocabulary = view.Vocabulary.With(learned);
        view.Unlearned.Clear();
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
        reading.Dispose();
    }

    /// <summary>Applies the rows of a reading, which are in the order of the products, some products at a time.</summary>
    private sealed class Changes(ProductsOnSale view)
    {
        private const int AtOnce = 5_000;

        private readonly List<ReadProduct> products = [];
        private readonly List<Guid> withdrawn = [];
        private readonly List<ShelvedVariant> variants = [];

        /// <summary>False when the words of a product are missing.</summary>
        public bool AreComplete { get; private set; } = true;

        public void Take(DbDataReader row)
        {
            var id = row.GetGuid(0);
            if (!row.GetBoolean(1))
            {
                withdrawn.Add(id);
                return;
            }

            if (products.Count == 0 || products[^1].Product.Id != id)
            {
                EndProduct();
                if (products.Count == AtOnce) Apply();
                var ancestors = row.GetFieldValue<string[]>(15);
                products.Add(new(
                    new(id, row.GetString(2), row.GetString(3), view.Categories.Of(row.GetString(4)), row.GetString(5), row.GetString(6),
                        new DateTimeOffset(row.GetDateTime(7)).UtcTicks, [])
                    {
                        Ancestors = ancestors.Length == 0 ? [] : [.. ancestors.Select(view.Categories.Of)],
                        Materials = [.. row.GetFieldValue<string[]>(16).Select(view.Materials.Of)],
                    },
                    row.IsDBNull(8) ? null : row.GetString(8)));
            }

            if (row.IsDBNull(9)) return;
            variants.Add(new(
                view.Sizes.Of(row.GetString(9)), view.Colours.Of(row.GetString(10)), row.GetInt64(11),
                row.IsDBNull(12) ? null : row.GetInt64(12), row.GetBoolean(13)));
        }

        public void End()
        {
            EndProduct();
            Apply();
        }

        private void EndProduct()
        {
            if (products.Count > 0)
                products[^1] = products[^1] with { Product = products[^1].Product with { Variants = [.. variants] } };
            variants.Clear();
        }

        private void Apply()
        {
            AreComplete &= view.Apply(products, withdrawn);
            products.Clear();
            withdrawn.Clear();
        }
    }

    /// <param name="Products">The products that have changed themselves.</param>
    /// <param name="Skus">The SKUs whose stock has changed.</param>
    private sealed record ChangedRows(Guid[] Products, string[] Skus);

    /// <param name="At">When it was read, by this process' clock.</param>
    /// <param name="Writes">How many writes of this process it has.</param>
    /// <param name="Rewrites">How many rewrites of this process it has.</param>
    /// <param name="WholeAt">When all products were read, by this process' clock.</param>
    /// <param name="Began">When it was read, by PostgreSQL's clock.</param>
    /// <param name="Unseen">The oldest transaction that ran at this reading; rows of it and later ones may be missing.</param>
    private sealed record Read(
        long At, long Writes, long Rewrites, long WholeAt, DateTime Began, string Unseen, ProductsOnSale View)
    {
        /// <summary>False when a product is missing, because its words were not read.</summary>
        public bool IsComplete { get; init; } = true;
    }

    [LoggerMessage(LogLevel.Error, "Changes of the products on sale could not be read beside the searches; they read them themselves")]
    private partial void LogChangesFailed(Exception error);

    [LoggerMessage(LogLevel.Error, "The products on sale could not all be read again; searches go on with what was read before")]
    private partial void LogFailed(Exception error);
}
