using Aarya.Features.Search.Store;
using Npgsql;

namespace Aarya.Features.Search.Postgres;

/// <summary>
/// The products on sale, as searches filter, count and show them, in the memory of this process. PostgreSQL has the truth; before a search
/// the products that have changed since are read, at most every <see cref="Fresh"/> and after each write of this process.
/// </summary>
/// <remarks>
/// <c>indexed_at</c> is when the transaction began, which can be long before it commits. So each reading looks back by
/// <see cref="LongestWrite"/>, and takes only rows of the oldest transaction that ran at the reading before and of later ones. All is
/// read again every <see cref="Whole"/>, for writes that take even longer and for those that set no time.
/// </remarks>
public sealed class Shelf(ISearchStore store, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim reading = new(1, 1);
    private Read? last;
    private long writes;
    private long rewrites;

    /// <summary>This process has changed the index: the next search reads the change.</summary>
    internal void Changed() => Interlocked.Increment(ref writes);

    /// <summary>This process has changed rows without their time: the next search reads all.</summary>
    internal void Rewritten() => Interlocked.Increment(ref rewrites);

    /// <summary>The products on sale, as PostgreSQL had them at most half a second ago.</summary>
    internal async ValueTask<ProductsOnSale> ViewAsync(CancellationToken cancellation)
    {
        if (IsFresh(Volatile.Read(ref last)) is { } view) return view;
        await reading.WaitAsync(cancellation);
        try
        {
            if (IsFresh(last) is { } read) return read;
            var now = time.GetTimestamp();
            var rewritten = Interlocked.Read(ref rewrites);
            var next = last is null || last.Rewrites != rewritten || time.GetElapsedTime(last.WholeAt, now) > Whole
                ? await ReadAsync(new(now, 0, rewritten, now, default, "", new()), cancellation)
                : await ReadAsync(last with { At = now }, cancellation);
            Volatile.Write(ref last, next);
            return next.View;
        }
        finally
        {
            reading.Release();
        }
    }

    private ProductsOnSale? IsFresh(Read? read) =>
        read is not null && read.Writes == Interlocked.Read(ref writes) && read.Rewrites == Interlocked.Read(ref rewrites)
        && time.GetElapsedTime(read.At) < Fresh
            ? read.View
            : null;

    private async Task<Read> ReadAsync(Read before, CancellationToken cancellation)
    {
        var seen = Interlocked.Read(ref writes);
        var isWhole = before.Unseen.Length == 0;
        await using var connection = store.Storage.Database.CreateConnection();
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            $"""
            select now(), pg_snapshot_xmin(pg_current_snapshot())::xid::text, line.*
            from (select) as always left join lateral (
              select product_id, published, slug, name, category, currency, image, published_at,
                size, colour, variant.price_minor, compare_at_minor, coalesce(available, 0) > 0, sku
              from search.product left join search.variant using (product_id) left join search.stock using (sku)
              where {(isWhole ? "published" : $"""
                product_id in (
                  select product_id from search.product where indexed_at >= $1 and age(product.xmin) <= age($2::xid)
                  union all
                  select variant.product_id from search.stock join search.variant using (sku)
                  where stock.indexed_at >= $1 and age(stock.xmin) <= age($2::xid))
                """)}
            ) as line on true
            order by line.product_id, line.sku
            """, connection);
        if (!isWhole)
        {
            command.Parameters.Add(new() { Value = before.Began - LongestWrite });
            command.Parameters.Add(new() { Value = before.Unseen });
        }

        List<ShelvedProduct> products = [];
        List<Guid> withdrawn = [];
        List<ShelvedVariant> variants = [];
        var (view, began, unseen) = (before.View, before.Began, before.Unseen);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            (began, unseen) = (reader.GetDateTime(0), reader.GetString(1));
            if (await reader.IsDBNullAsync(2, cancellation)) break;
            var id = reader.GetGuid(2);
            if (!reader.GetBoolean(3))
            {
                withdrawn.Add(id);
                continue;
            }

            if (products.Count == 0 || products[^1].Id != id)
            {
                EndProduct();
                products.Add(new(
                    id, reader.GetString(4), reader.GetString(5), view.Categories.Of(reader.GetString(6)), reader.GetString(7),
                    reader.GetString(8), new DateTimeOffset(reader.GetDateTime(9)).UtcTicks, []));
            }

            if (await reader.IsDBNullAsync(10, cancellation)) continue;
            variants.Add(new(
                view.Sizes.Of(reader.GetString(10)), view.Colours.Of(reader.GetString(11)), reader.GetInt64(12),
                await reader.IsDBNullAsync(13, cancellation) ? null : reader.GetInt64(13), reader.GetBoolean(14)));
        }

        EndProduct();
        view.Apply(products, withdrawn);
        return before with { Writes = seen, Began = began, Unseen = unseen };

        void EndProduct()
        {
            if (products.Count > 0) products[^1] = products[^1] with { Variants = [.. variants] };
            variants.Clear();
        }
    }

    public void Dispose() => reading.Dispose();

    /// <param name="At">When it was read, by this process' clock.</param>
    /// <param name="Writes">How many writes of this process it has.</param>
    /// <param name="Rewrites">How many rewrites of this process it has.</param>
    /// <param name="WholeAt">When all products were read, by this process' clock.</param>
    /// <param name="Began">When it was read, by PostgreSQL's clock.</param>
    /// <param name="Unseen">The oldest transaction that ran at this reading; rows of it and later ones may be missing.</param>
    private sealed record Read(
        long At, long Writes, long Rewrites, long WholeAt, DateTime Began, string Unseen, ProductsOnSale View);
}
