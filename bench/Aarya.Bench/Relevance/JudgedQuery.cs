namespace Aarya.Bench.Relevance;

/// <summary>A search and how well each product answers it: 3 is what was asked for, 1 is worth showing.</summary>
/// <param name="Grades">By slug. Empty: the right answer is empty.</param>
public sealed record JudgedQuery(string Text, IReadOnlyDictionary<string, int> Grades)
{
    private const int Depth = 10;

    /// <summary>Reads lines such as <c>kurta = 3: kurtas/*; 1: anarkali</c>; see judged-queries.txt.</summary>
    /// <param name="products">The slugs of the demo shop, each with its category.</param>
    /// <exception cref="FormatException">A line names no product, or several.</exception>
    public static IReadOnlyList<JudgedQuery> Read(IEnumerable<string> lines, IReadOnlyDictionary<string, string> products) =>
        [.. lines.Where(x => x.Length > 0 && x[0] != '#').Select(x => Read(x, products))];

    /// <summary>
    /// The discounted gain of the first ten against that of the best possible order (Järvelin and Kekäläinen, 2002), with the gain
    /// 2^grade - 1.
    /// </summary>
    public double Ndcg(IReadOnlyList<string> found)
    {
        if (Grades.Count == 0) return found.Count == 0 ? 1 : 0;
        return Gain(found.Select(x => Grades.GetValueOrDefault(x))) / Gain(Grades.Values.OrderDescending());
    }

    /// <summary>One divided by the place of the first product of grade 2 or 3; 0 when none is among the first ten.</summary>
    public double ReciprocalRank(IReadOnlyList<string> found)
    {
        if (Grades.Count == 0) return found.Count == 0 ? 1 : 0;
        var at = found.Take(Depth).ToList().FindIndex(x => Grades.GetValueOrDefault(x) >= 2);
        return at < 0 ? 0 : 1.0 / (at + 1);
    }

    private static double Gain(IEnumerable<int> grades) =>
        grades.Take(Depth).Select((grade, i) => (Math.Pow(2, grade) - 1) / Math.Log2(i + 2)).Sum();

    private static JudgedQuery Read(string line, IReadOnlyDictionary<string, string> products)
    {
        if (line.Split('=') is not [var text, var judged]) throw new FormatException($"'{line}' is not 'query = grades'.");
        Dictionary<string, int> grades = [];
        foreach (var group in judged.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (group.Split(':') is not [[>= '1' and <= '3'] grade, var names])
                throw new FormatException($"'{group}' of '{line}' is not 'grade: products'.");
            foreach (var name in names.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                // A product that is named twice keeps its first grade: a category may follow the best of it.
                foreach (var slug in SlugsOf(name, line, products)) grades.TryAdd(slug, grade[0] - '0');
            }
        }

        return new(text.Trim(), grades);
    }

    private static List<string> SlugsOf(string name, string line, IReadOnlyDictionary<string, string> products)
    {
        if (name.EndsWith("/*", StringComparison.Ordinal))
        {
            var all = products.Where(x => x.Value == name[..^2]).Select(x => x.Key).ToList();
            return all.Count > 0 ? all : throw new FormatException($"'{line}': there is no category {name[..^2]}.");
        }

        return products.Keys.Where(x => x.StartsWith(name, StringComparison.Ordinal)).ToList() is [var slug]
            ? [slug]
            : throw new FormatException($"'{line}': {name} is not the beginning of one slug.");
    }
}
