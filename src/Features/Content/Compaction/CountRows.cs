using Aarya.Features.Content.Analytics;
using Npgsql;

namespace Aarya.Features.Content.Compaction;

/// <summary>The rows of <c>content.analytics_day</c>.</summary>
public static class CountRows
{
    /// <summary>
    /// The most subjects of one kind and day, and of one kind and month, and the most pairs of source and device. Visitors decide what
    /// their events are about: what exceeds this is counted as one subject.
    /// </summary>
    public const int MostRows = 20_000;


    // Years of days are read in some seconds; a cold disk may take longer.
    private static readonly TimeSpan SumsWithin = TimeSpan.FromMinutes(10);

    /// <summary>Adds the counts to their rows.</summary>
    internal static async Task<Effect> EffectAsync(NpgsqlConnection connection, AnalyticsCounts counts, CancellationToken cancellation)
    {
        var rows = await WithinBoundsAsync(connection, counts.Rows, cancellation);
        return new(
            """
            counted as (
              insert into content.analytics_day as day (day, kind, subject, source, device, count)
              select row.* from unnest(@days, @kinds, @subjects, @sources, @devices, @counts) as row, moved
              on conflict (day, kind, subject, source, device) do update set count = day.count + excluded.count)
            """,
            [
                .. ParametersOf([.. rows.Select(x => x.Key)]), new("counts", rows.Select(x => x.Count).ToArray()),
            ]);
    }

    /// <summary>
    /// Makes the sums of months by source and device, and those of all sources and devices per day, again: a process of an earlier release
    /// has counted days by source and device alone. The first time reads all days, later ones those since the last time.
    /// </summary>
    internal static async Task SumAgainAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // An event may be a week old when it is sent, and wait in its stream for weeks while nothing is compacted.
        const string since =
            "(select coalesce(max(date_trunc('month', at - interval '35 days')), '-infinity')::date from content.stream_cursor "
            + "where stream = 'analytics:sums')";
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // A process that has lost its turn may still count.
        await using var sum = new NpgsqlBatch(connection, transaction)
        {
            Timeout = (int)SumsWithin.TotalSeconds,
            BatchCommands =
            {
                new("lock table content.analytics_day in share row exclusive mode"),
                new($"""
                    insert into content.analytics_day as month (day, kind, subject, source, device, count)
                    select date_trunc('month', day), kind || '.month', '', source, device, sum(count) from content.analytics_day
                    where subject = '' and day >= {since} and kind not like '%.month' and kind not like '%.day' group by 1, 2, 4, 5
                    on conflict (day, kind, subject, source, device) do update
                    set count = excluded.count where month.count <> excluded.count
                    """),
                new($"""
                    insert into content.analytics_day as total (day, kind, subject, source, device, count)
                    select day, kind || '.day', '', '', '', sum(count) from content.analytics_day
                    where subject = '' and day >= {since} and kind = any ($1) group by 1, 2
                    on conflict (day, kind, subject, source, device) do update
                    set count = excluded.count where total.count <> excluded.count
                    """)
                {
                    Parameters = { new() { Value = CountKinds.Sales } },
                },
                new("""
                    insert into content.stream_cursor (stream, position) values ('analytics:sums', '')
                    on conflict (stream) do update set at = now()
                    """),
            },
        };
        await sum.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    // Of a kind and day that has very many subjects, or sources and devices, only those that exist already are counted by themselves.
    private static async Task<IReadOnlyList<(CountKey Key, double Count)>> WithinBoundsAsync(
        NpgsqlConnection connection, IReadOnlyList<(CountKey Key, double Count)> rows, CancellationToken cancellation)
    {
        Dictionary<(DateOnly, string, bool), bool> full = [];
        foreach (var ((day, kind, isOfSubjects), added) in rows.CountBy(x => GroupOf(x.Key)))
        {
            await using var count = new NpgsqlCommand(
                """
                select count(*) from (
                  select from content.analytics_day where day = $1 and kind = $2 and (subject <> '') = $3 limit $4) as row
                """, connection)
            {
                Parameters =
                {
                    new() { Value = day }, new() { Value = kind }, new() { Value = isOfSubjects }, new() { Value = MostRows },
                },
            };
            full[(day, kind, isOfSubjects)] = (long)(await count.ExecuteScalarAsync(cancellation))! + added > MostRows;
        }

        var isFull = rows.ToLookup(x => full[GroupOf(x.Key)]);
        if (!isFull[true].Any()) return rows;
        var known = await RowsAsync(connection, [.. isFull[true].Select(x => x.Key)], cancellation);
        Dictionary<CountKey, double> bounded = isFull[false].ToDictionary(x => x.Key, x => x.Count);
        foreach (var (key, count) in isFull[true])
        {
            var counted = known.Contains(key) ? key : OthersOf(key);
            bounded[counted] = bounded.GetValueOrDefault(counted) + count;
        }

        return [.. bounded.Select(x => (x.Key, x.Value))];
    }

    // Reports find by these rows which days and months are not complete.
    private static CountKey OthersOf(CountKey key) => key.Subject.Length > 0
        ? new(key.Day, key.Kind, CountKinds.Others, "", "")
        : new(key.Day, key.Kind, "", CountKinds.Others, "");

    private static async Task<HashSet<CountKey>> RowsAsync(
        NpgsqlConnection connection, IReadOnlyList<CountKey> keys, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand(
            """
            select day, kind, subject, source, device from content.analytics_day
            join unnest(@days, @kinds, @subjects, @sources, @devices) as key (day, kind, subject, source, device)
              using (day, kind, subject, source, device)
            """, connection);
        foreach (var parameter in ParametersOf(keys)) select.Parameters.Add(parameter);
        HashSet<CountKey> found = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new(await reader.GetFieldValueAsync<DateOnly>(0, cancellation), reader.GetString(1), reader.GetString(2),
                reader.GetString(3), reader.GetString(4)));
        }

        return found;
    }

    private static (DateOnly, string, bool) GroupOf(CountKey key) => (key.Day, key.Kind, key.Subject.Length > 0);

    private static NpgsqlParameter[] ParametersOf(IReadOnlyList<CountKey> keys) =>
    [
        new("days", keys.Select(x => x.Day).ToArray()), new("kinds", keys.Select(x => x.Kind).ToArray()),
        new("subjects", keys.Select(x => x.Subject).ToArray()), new("sources", keys.Select(x => x.Source).ToArray()),
        new("devices", keys.Select(x => x.Device).ToArray()),
    ];
}
