using Npgsql;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// Separates the values of a filter. Commas separate several values, but a value in the catalogue may contain commas itself ("Black,
/// White"): where the list contains such a value, it stays whole; the longest has precedence.
/// </summary>
internal static class ChosenValues
{
    /// <summary>The query with the values of each filter separated.</summary>
    public static async Task<SearchQuery> SeparateAsync(NpgsqlConnection connection, SearchQuery query, CancellationToken cancellation)
    {
        var asked = Asked("category", query.Categories).Concat(Asked("size", query.Sizes)).Concat(Asked("colour", query.Colours))
            .Distinct().ToList();
        var held = asked.Count == 0 ? [] : await HeldAsync(connection, asked, cancellation);
        return query with
        {
            Categories = [.. query.Categories.SelectMany(x => Separate(x, y => held.Contains(("category", y))))],
            Sizes = [.. query.Sizes.SelectMany(x => Separate(x, y => held.Contains(("size", y))))],
            Colours = [.. query.Colours.SelectMany(x => Separate(x, y => held.Contains(("colour", y))))],
        };
    }

    /// <summary>Cuts a list at its commas, except inside values that the catalogue has.</summary>
    internal static IEnumerable<string> Separate(string list, Func<string, bool> held)
    {
        var parts = list.Split(',');
        for (var from = 0; from < parts.Length;)
        {
            var to = parts.Length;
            while (to > from + 1 && !held(Run(parts, from, to))) to--;
            if (Run(parts, from, to) is { Length: > 0 } value) yield return value;
            from = to;
        }
    }

    private static string Run(string[] parts, int from, int to) => string.Join(',', parts[from..to]).Trim();

    private static IEnumerable<(string Filter, string Value)> Asked(string filter, IReadOnlyList<string> lists)
    {
        foreach (var parts in lists.Select(x => x.Split(',')))
        {
            for (var from = 0; from < parts.Length - 1; from++)
            {
                for (var to = from + 2; to <= parts.Length; to++) yield return (filter, Run(parts, from, to));
            }
        }
    }

    private static async Task<HashSet<(string Filter, string Value)>> HeldAsync(
        NpgsqlConnection connection, IReadOnlyList<(string Filter, string Value)> asked, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            with held as (
              select 'category' as filter, lower(category) as value from search.product where published and category like '%,%'
              union
              select 'size', lower(size) from search.variant where size like '%,%'
              union
              select 'colour', lower(colour) from search.variant where colour like '%,%'
            )
            select asked.filter, asked.value from unnest($1::text[], $2::text[]) as asked(filter, value)
            join held on held.filter = asked.filter and held.value = lower(asked.value)
            """, connection)
        {
            Parameters =
            {
                new() { Value = asked.Select(x => x.Filter).ToArray() },
                new() { Value = asked.Select(x => x.Value).ToArray() },
            },
        };
        HashSet<(string, string)> all = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) all.Add((reader.GetString(0), reader.GetString(1)));
        return all;
    }
}
