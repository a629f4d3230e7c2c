using Marten;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>The tree of the categories: each category may have a parent.</summary>
internal sealed class CategoryTree
{
    /// <summary>How many categories a path from the top may have: more is not navigable.</summary>
    public const int MostLevels = 5;

    private readonly Dictionary<string, string?> parents;
    private readonly ILookup<string?, string> parts;

    public CategoryTree(IEnumerable<Category> categories)
    {
        parents = categories.ToDictionary(x => x.Id, x => x.Parent, StringComparer.Ordinal);
        parts = parents.ToLookup(x => x.Value, x => x.Key);
    }

    /// <summary>Grows with every move of a category; 0 when it was not read.</summary>
    public long Version { get; private init; }

    public static async Task<CategoryTree> ReadAsync(IQuerySession session, CancellationToken cancellation) =>
        new(await session.Query<Category>().ToListAsync(cancellation));

    /// <summary>The tree with its version, for those who are informed of the tree.</summary>
    public static async Task<CategoryTree> ReadNumberedAsync(IQuerySession session, CancellationToken cancellation)
    {
        // First the version: a move in between is announced again under its own version, and a tree never gets a higher one than its own.
        var version = await session.AdvancedSql.QueryAsync<long>(
            "select coalesce(max(version), 0) from commerce.category_tree", cancellation);
        return new(await session.Query<Category>().ToListAsync(cancellation)) { Version = version[0] };
    }

    /// <summary>Gives the tree the next version. Call it under the catalogue lock, with every move of a category.</summary>
    public static void Move(IDocumentSession session) => session.QueueSqlCommand(
        """
        insert into commerce.category_tree as tree (name, version) values ('catalogue', 1)
        on conflict (name) do update set version = tree.version + 1
        """);

    /// <summary>The categories above this one, the nearest first.</summary>
    public IReadOnlyList<string> AncestorsOf(string category)
    {
        List<string> ancestors = [];
        while (ancestors.Count < MostLevels && parents.GetValueOrDefault(category) is { } parent) ancestors.Add(category = parent);
        return ancestors;
    }

    /// <summary>The category and all its parts, also those of its parts.</summary>
    public IReadOnlyList<string> Within(string category)
    {
        List<string> within = [category];
        for (var at = 0; at < within.Count; at++) within.AddRange(parts[within[at]]);
        return within;
    }

    /// <summary>How many levels the category and its parts have.</summary>
    public int LevelsOf(string category) => 1 + parts[category].Select(LevelsOf).DefaultIfEmpty(0).Max();
}
