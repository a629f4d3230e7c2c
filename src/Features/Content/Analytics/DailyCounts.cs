using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Content.Analytics;

/// <summary>Reads the counts of <c>content.analytics_day</c>.</summary>
public sealed class DailyCounts(IContentStore store)
{
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
            """
            select subject, sum(count) from content.analytics_day where day between $1 and $2 and kind = $3 and subject <> ''
            group by subject having sum(count) >= $4 order by 2 desc, 1 limit $5
            """, connection)
        {
            Parameters =
            {
                new() { Value = range.From }, new() { Value = range.To }, new() { Value = kind }, new() { Value = least },
                new() { Value = limit },
            },
        };
        List<(string, double)> top = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) top.Add((reader.GetString(0), reader.GetDouble(1)));
        return top;
    }

    /// <summary>The sums of these kinds per value of another column.</summary>
    /// <param name="column">The name of the column, <c>source</c> or <c>device</c>.</param>
    public async Task<IReadOnlyDictionary<(string Value, string Kind), double>> PerValueAsync(
        DayRange range, string column, string[] kinds, CancellationToken cancellation)
    {
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
