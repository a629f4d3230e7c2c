using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Content.Analytics;

/// <summary>Reads the counts of <c>content.analytics_day</c>.</summary>
public sealed class DailyCounts(IContentStore store)
{
    // Whole months by their sums, and the days before and after them.
    private const string PerSubject =
        """
        with per_subject as (
          select subject, sum(count) as count from (
            select subject, count from content.analytics_day where kind = $1 and day between $2 and $4 - 1 and day <= $3
            union all
            select subject, count from content.analytics_day where kind = $6 and day >= $4 and day < $5
            union all
            select subject, count from content.analytics_day where kind = $1 and day >= greatest($4, $5) and day between $2 and $3
          ) as part where subject <> '' group by subject)
        """;

    /// <summary>The sums of these kinds per day.</summary>
    public async Task<IReadOnlyDictionary<(DateOnly Day, string Kind), double>> PerDayAsync(
        DayRange range, string[] kinds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = new NpgsqlCommand(
            """
            select day, kind, sum(count) from content.analytics_day
            where day between $1 and $2 and kind = any ($3) and subject = '' group by day, kind
            """, connection)
        {
            Parameters = { new() { Value = range.From }, new() { Value = range.To }, new() { Value = kinds } },
        };
        Dictionary<(DateOnly, string), double> sums = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            sums[(await reader.GetFieldValueAsync<DateOnly>(0, cancellation), reader.GetString(1))] = reader.GetDouble(2);
        return sums;
    }

    /// <summary>The subjects of a kind with the largest sums, those with at least so much.</summary>
    public async Task<IReadOnlyList<(string Subject, double Count)>> TopAsync(
        DayRange range, string kind, double least, int limit, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = new NpgsqlCommand(
            $"{PerSubject} select subject, count from per_subject where count >= $7 order by 2 desc, 1 limit $8", connection);
        return await TopAsync(select, range, kind, least, limit, cancellation);
    }

    /// <summary>
    /// The categories with the largest sums of a kind whose subjects are SKUs or, for views, ids of products. A product counts in the
    /// category that it has now; the category is empty for what was never published since products are remembered.
    /// </summary>
    public async Task<IReadOnlyList<(string Category, double Count)>> TopCategoriesAsync(
        DayRange range, string kind, int limit, CancellationToken cancellation)
    {
        var product = kind == CountKinds.ProductView
            ? "left join content.product on product_id = case when subject ~ '^[0-9a-f-]{36}$' then subject::uuid end"
            : "left join content.product_sku on sku = subject left join content.product using (product_id)";
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = new NpgsqlCommand(
            $"""
            {PerSubject}
            select coalesce(category, ''), sum(count) from per_subject {product}
            group by 1 having sum(count) >= $7 order by 2 desc, 1 limit $8
            """, connection);
        return await TopAsync(select, range, kind, 0, limit, cancellation);
    }

    private static async Task<IReadOnlyList<(string Name, double Count)>> TopAsync(
        NpgsqlCommand select, DayRange range, string kind, double least, int limit, CancellationToken cancellation)
    {
        select.Parameters.AddRange(new NpgsqlParameter[]
        {
            new() { Value = kind }, new() { Value = range.From }, new() { Value = range.To }, new() { Value = range.FirstMonth },
            new() { Value = range.MonthsEnd }, new() { Value = CountKinds.OfMonth(kind) }, new() { Value = least },
            new() { Value = limit },
        });
        List<(string, double)> top = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) top.Add((reader.GetString(0), reader.GetDouble(1)));
        return top;
    }

    /// <summary>The sum of one subject.</summary>
    public async Task<double> SumAsync(DayRange range, string kind, string subject, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = new NpgsqlCommand(
            """
            select coalesce(sum(count), 0) from content.analytics_day where kind = $1 and day between $2 and $3 and subject = $4
            """, connection)
        {
            Parameters =
            {
                new() { Value = kind }, new() { Value = range.From }, new() { Value = range.To }, new() { Value = subject },
            },
        };
        return (double)(await select.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The sums of these kinds per source or device.</summary>
    public async Task<IReadOnlyDictionary<(string Value, string Kind), double>> PerValueAsync(
        DayRange range, VisitDivision by, string[] kinds, CancellationToken cancellation)
    {
        var column = by == VisitDivision.Source ? "source" : "device";
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = new NpgsqlCommand(
            $"""
            select {column}, kind, sum(count) from content.analytics_day
            where day between $1 and $2 and kind = any ($3) and subject = '' group by 1, 2
            """, connection)
        {
            Parameters = { new() { Value = range.From }, new() { Value = range.To }, new() { Value = kinds } },
        };
        Dictionary<(string, string), double> sums = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) sums[(reader.GetString(0), reader.GetString(1))] = reader.GetDouble(2);
        return sums;
    }
}
