using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Content.Analytics;

/// <summary>Reads the counts of <c>content.analytics_day</c>.</summary>
public sealed class DailyCounts(IContentStore store)
{
    private const string Rows =
        """
        unnest($1, $2, $3, $4, $5) as span (kind, name, first, last, sign)
        cross join lateral (
          select subject, source, device, count from content.analytics_day as row
          where row.kind = span.kind and row.day between span.first and span.last) as row
        """;

    /// <summary>The sums of these kinds of sales per day.</summary>
    public async Task<IReadOnlyDictionary<(DateOnly Day, string Kind), double>> PerDayAsync(
        DayRange range, string[] kinds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = new NpgsqlCommand(
            """
            select day, name, count from unnest($3, $4) as total (kind, name) join content.analytics_day using (kind)
            where day between $1 and $2 and subject = ''
            """, connection)
        {
            Parameters =
            {
                new() { Value = range.From }, new() { Value = range.To },
                new() { Value = kinds.Select(CountKinds.OfDay).ToArray() }, new() { Value = kinds },
            },
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
        await using var select = await SelectAsync(connection, range, [kind], $"""
            select subject, sum(sign * count) from {Rows} where subject <> '' group by subject
            having sum(sign * count) > 0 and sum(sign * count) >= $6 order by 2 desc, 1 limit $7
            """, cancellation);
        select.Parameters.Add(new() { Value = least });
        return await TopAsync(select, limit, cancellation);
    }

    /// <summary>
    /// The categories with the largest sums of a kind whose subjects are SKUs or, for views, ids of products. A product counts in the
    /// category that it has now. The category is empty for a product that <c>content.product</c> does not have.
    /// </summary>
    public async Task<IReadOnlyList<(string Category, double Count)>> TopCategoriesAsync(
        DayRange range, string kind, int limit, CancellationToken cancellation)
    {
        var product = kind == CountKinds.ProductView
            ? "left join content.product on product_id = case when subject ~ '^[0-9a-f-]{36}$' then subject::uuid end"
            : "left join content.product_sku on sku = subject left join content.product using (product_id)";
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = await SelectAsync(connection, range, [kind], $"""
            select coalesce(category, ''), sum(total) from (
              select subject, sum(sign * count) as total from {Rows} where subject <> '' group by subject) as per_subject
            {product} group by 1 having sum(total) > 0 order by 2 desc, 1 limit $6
            """, cancellation);
        return await TopAsync(select, limit, cancellation);
    }

    private static async Task<IReadOnlyList<(string Name, double Count)>> TopAsync(
        NpgsqlCommand select, int limit, CancellationToken cancellation)
    {
        select.Parameters.Add(new() { Value = limit });
        List<(string, double)> top = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) top.Add((reader.GetString(0), reader.GetDouble(1)));
        return top;
    }

    /// <summary>The sums of these kinds for one subject, or for all of them when it is empty.</summary>
    public async Task<IReadOnlyDictionary<string, double>> SumsAsync(
        DayRange range, string[] kinds, string subject, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = await SelectAsync(
            connection, range, kinds, $"select name, sum(sign * count) from {Rows} where subject = $6 group by name", cancellation);
        select.Parameters.Add(new() { Value = subject });
        Dictionary<string, double> sums = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) sums[reader.GetString(0)] = reader.GetDouble(1);
        return sums;
    }

    /// <summary>The sums of these kinds per source or device.</summary>
    public async Task<IReadOnlyDictionary<(string Value, string Kind), double>> PerValueAsync(
        DayRange range, VisitDivision by, string[] kinds, CancellationToken cancellation)
    {
        var column = by == VisitDivision.Source ? "source" : "device";
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = await SelectAsync(connection, range, kinds, $"""
            select {column}, name, sum(sign * count) from {Rows} where subject = '' group by 1, 2 having sum(sign * count) > 0
            """, cancellation);
        Dictionary<(string, string), double> sums = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) sums[(reader.GetString(0), reader.GetString(1))] = reader.GetDouble(2);
        return sums;
    }

    // The parameters $1 to $5 are those of Rows.
    private static async Task<NpgsqlCommand> SelectAsync(
        NpgsqlConnection connection, DayRange range, string[] kinds, string sql, CancellationToken cancellation)
    {
        var full = await FullMonthsAsync(connection, range, kinds, cancellation);
        var spans = kinds.SelectMany(x => range.SpansOf(month => full.Contains((month, x))).Select(y => (Span: y, Kind: x))).ToList();
        return new(sql, connection)
        {
            Parameters =
            {
                new() { Value = spans.Select(x => x.Span.IsOfMonths ? CountKinds.OfMonth(x.Kind) : x.Kind).ToArray() },
                new() { Value = spans.Select(x => x.Kind).ToArray() },
                new() { Value = spans.Select(x => x.Span.From).ToArray() },
                new() { Value = spans.Select(x => x.Span.To).ToArray() },
                new() { Value = spans.Select(x => x.Span.IsSubtracted ? -1.0 : 1.0).ToArray() },
            },
        };
    }

    // The first and the last month of the range, for the kinds of which they have more subjects, or sources and devices, than rows.
    private static async Task<HashSet<(DateOnly Month, string Kind)>> FullMonthsAsync(
        NpgsqlConnection connection, DayRange range, string[] kinds, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand(
            """
            select day, name from unnest($1, $2) as month (kind, name) cross join unnest($3) as day
            where exists (select from content.analytics_day as row
              where row.kind = month.kind and row.day = day and row.subject = $4 and row.source = '')
            or exists (select from content.analytics_day as row
              where row.kind = month.kind and row.day = day and row.subject = '' and row.source = $4)
            """, connection)
        {
            Parameters =
            {
                new() { Value = kinds.Select(CountKinds.OfMonth).ToArray() }, new() { Value = kinds },
                new() { Value = new[] { CountKinds.MonthOf(range.From), CountKinds.MonthOf(range.To) }.Distinct().ToArray() },
                new() { Value = CountKinds.Others },
            },
        };
        HashSet<(DateOnly, string)> full = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            full.Add((await reader.GetFieldValueAsync<DateOnly>(0, cancellation), reader.GetString(1)));
        return full;
    }
}
