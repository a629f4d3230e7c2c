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

    public static async Task<CategoryTree> ReadAsync(IQuerySession session, CancellationToken cancellation) =>
        new(await session.Query<Category>().ToListAsync(cancellation));

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
