namespace Aarya.Features.Search.Engine;

/// <summary>
/// Separates the values of a filter. Commas separate several values, but a value in the catalogue may contain commas itself ("Black,
/// White"): where the list contains such a value, it stays whole; the longest has precedence.
/// </summary>
internal static class ChosenValues
{
    /// <summary>The query with the values of each filter separated.</summary>
    /// <param name="category">True for a category that the catalogue has.</param>
    /// <param name="size">True for a size that the catalogue has.</param>
    /// <param name="colour">True for a colour that the catalogue has.</param>
    /// <param name="material">True for a material that the catalogue has.</param>
    public static SearchQuery Separate(
        SearchQuery query, Func<string, bool> category, Func<string, bool> size, Func<string, bool> colour,
        Func<string, bool> material) => query with
        {
            Materials = [.. query.Materials.SelectMany(x => Separate(x, material))],
            Categories = [.. query.Categories.SelectMany(x => Separate(x, category))],
            Sizes = [.. query.Sizes.SelectMany(x => Separate(x, size))],
            Colours = [.. query.Colours.SelectMany(x => Separate(x, colour))],
        };

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
}
