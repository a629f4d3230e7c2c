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
/// search the products that have changed since are read, at most every <see cref="Fresh"/> and after each write of this process. The first
/// search waits until all are read.
/// </summary>
/// <remarks>
/// <c>indexed_at</c> is when the transaction began, which can be long before it commits. So each reading looks back by
/// <see cref="LongestWrite"/>, and takes only rows of the oldest transaction that ran at the reading before and of later ones. All is
/// read again every <see cref="Whole"/>, for writes that take even longer and for those that set no time; searches go on meanwhile.
/// </remarks>
public sealed partial class Shelf(ISearchStore store, SalesOfProducts sales, TimeProvider time, ILogger<Shelf> log) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private bool isReadingAll;
    private long failedAt;
    private Read? last;
    private long writes;
    private long rewrites;

    /// <summary>This process has changed the index: the next search reads the change.</summary>
    internal void Changed() => Interlocked.Increment(ref writes);

    /// <summary>This process has changed rows without their time: the next search reads all.</summary>
    internal void Rewritten() => Interlocked.Increment(ref rewrites);

    /// <summary>The products on sale as they were last read; null before that.</summary>
    internal ProductsOnSale? Known => Volatile.Read(ref last)?.View;

    /// <summary>The products on sale, as PostgreSQL had them at most half a second ago.</summary>
    internal async ValueTask<ProductsOnSale> ViewAsync(CancellationToken cancellation)
    {
        var (asked, write, rewrite) = (time.GetTimestamp(), Interlocked.Read(ref writes), Interlocked.Read(ref rewrites));
        if (IsFresh(Volatile.Read(ref last)) is { } view) return view;
        await reading.WaitAsync(cancellation);
        try
        {
            // A reading that began after this search had asked is good enough, however long it took: else waiting searches would read one
            // after another.
            if (IsFresh(last) is { } read) return read;
            last = last is null || last.Rewrites < rewrite ? await ReadAllAsync(cancellation) : await ReadChangesAsync(last, cancellation);
            if (!last.IsComplete || time.GetElapsedTime(last.WholeAt) > Whole) ReadAllSoon();
            return last.View;
        }
        catch (Exception e) when (!Outage.Is(e) && e is not OperationCanceledException)
        {
            // What was being applied may be there in part.
            last = null;
            throw;
        }
        finally
        {
            reading.Release();
        }

        ProductsOnSale? IsFresh(Read? known) =>
            known is not null && known.Writes >= write && known.Rewrites >= rewrite
            && (known.At >= asked || time.GetElapsedTime(known.At, asked) < Fresh)
                ? known.View
                : null;
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
            // What has changed since is read before the next search.
            last = all;
            reading.Release();
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

    private Task<Read> ReadAllAsync(CancellationToken cancellation)
    {
        var now = time.GetTimestamp();
        return ReadAsync(new(now, 0, Interlocked.Read(ref rewrites), now, default, "", new()), cancellation);
    }

    private Task<Read> ReadChangesAsync(Read before, CancellationToken cancellation) =>
        ReadAsync(before with { At = time.GetTimestamp() }, cancellation);

    private async Task<Read> ReadAsync(Read before, CancellationToken cancellation)
    {
        var seen = Interlocked.Read(ref writes);
        var (view, began, unseen) = (before.View, before.Began, before.Unseen);
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new("select term, words from search.synonym"));
        batch.BatchCommands.Add(Products(before));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        Dictionary<string, string[]> synonyms = new(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            synonyms[reader.GetString(0)] = await reader.GetFieldValueAsync<string[]>(1, cancellation);
        view.Synonyms = synonyms;
        await reader.NextResultAsync(cancellation);
        var changes = new Changes(view);
        while (await reader.ReadAsync(cancellation))
        {
            (began, unseen) = (reader.GetDateTime(0), reader.GetString(1));
            if (!await reader.IsDBNullAsync(2, cancellation)) changes.Take(reader);
        }

        changes.End();
        view.SetSales(sales.Now);
        await reader.DisposeAsync();
        await LearnAsync(connection, view, cancellation);
        return before with { Writes = seen, Began = began, Unseen = unseen, IsComplete = before.IsComplete && changes.AreComplete };
    }

    private static NpgsqlBatchCommand Products(Read before)
    {
        const string changedItself = "indexed_at >= $1 and age(product.xmin) <= age($2::xid)";
        var isWhole = before.Unseen.Length == 0;
        var command = new NpgsqlBatchCommand(
            $"""
            select now(), pg_snapshot_xmin(pg_current_snapshot())::xid::text, line.*
            from (select) as always left join lateral (
              select product_id, published, slug, name, category, currency, image, published_at,
                case when {(isWhole ? "true" : $"product.{changedItself}")}
                  and row_number() over (partition by product_id order by sku) = 1 then words::text end,
                size, colour, variant.price_minor, compare_at_minor, coalesce(available, 0) > 0, sku, ancestors, materials
              from search.product left join search.variant using (product_id) left join search.stock using (sku)
              where {(isWhole ? "published" : $"""
                product_id in (
                  select product_id from search.product where {changedItself}
                  union all
                  select variant.product_id from search.stock join search.variant using (sku)
                  where stock.indexed_at >= $1 and age(stock.xmin) <= age($2::xid))
                """)}
            ) as line on true
            order by line.product_id, line.sku
            """);
        if (isWhole) return command;
        command.Parameters.Add(new() { Value = before.Began - LongestWrite });
        command.Parameters.Add(new() { Value = before.Unseen });
        return command;
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
            var id = row.GetGuid(2);
            if (!row.GetBoolean(3))
            {
                withdrawn.Add(id);
                return;
            }

            if (products.Count == 0 || products[^1].Product.Id != id)
            {
                EndProduct();
                if (products.Count == AtOnce) Apply();
                var ancestors = row.GetFieldValue<string[]>(17);
                products.Add(new(
                    new(id, row.GetString(4), row.GetString(5), view.Categories.Of(row.GetString(6)), row.GetString(7), row.GetString(8),
                        new DateTimeOffset(row.GetDateTime(9)).UtcTicks, [])
                    {
                        Ancestors = ancestors.Length == 0 ? [] : [.. ancestors.Select(view.Categories.Of)],
                        Materials = [.. row.GetFieldValue<string[]>(18).Select(view.Materials.Of)],
                    },
                    row.IsDBNull(10) ? null : row.GetString(10)));
            }

            if (row.IsDBNull(11)) return;
            variants.Add(new(
                view.Sizes.Of(row.GetString(11)), view.Colours.Of(row.GetString(12)), row.GetInt64(13),
                row.IsDBNull(14) ? null : row.GetInt64(14), row.GetBoolean(15)));
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

    [LoggerMessage(LogLevel.Error, "The products on sale could not all be read again; searches go on with what was read before")]
    private partial void LogFailed(Exception error);
}
