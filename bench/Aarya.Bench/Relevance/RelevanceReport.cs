using System.Globalization;

namespace Aarya.Bench.Relevance;

/// <summary>How good the answers to all judged queries are.</summary>
public sealed class RelevanceReport
{
    private readonly List<(JudgedQuery Query, IReadOnlyList<string> Found)> answers = [];

    /// <summary>The number of queries.</summary>
    public int Queries => answers.Count;

    /// <summary>The mean over all queries; 1 is the best.</summary>
    public double Ndcg => answers.Average(x => x.Query.Ndcg(x.Found));

    /// <summary>The mean of the reciprocal ranks.</summary>
    public double ReciprocalRank => answers.Average(x => x.Query.ReciprocalRank(x.Found));

    /// <summary>The share of empty answers among the queries that have one.</summary>
    public double EmptyRate => answers.Where(x => x.Query.Grades.Count > 0).Average(x => x.Found.Count == 0 ? 1.0 : 0);

    /// <summary>How many answers PostgreSQL gave in place of Elasticsearch.</summary>
    public int Degraded { get; private set; }

    /// <param name="found">The slugs of the answer, in order.</param>
    /// <param name="isDegraded">True when PostgreSQL answered in place of Elasticsearch.</param>
    public void Add(JudgedQuery query, IReadOnlyList<string> found, bool isDegraded)
    {
        answers.Add((query, found));
        if (isDegraded) Degraded++;
    }

    /// <summary>A line per query with its nDCG@10 and its reciprocal rank, the worst first, then the means.</summary>
    public override string ToString() => string.Join('\n',
    [
        .. answers.OrderBy(x => x.Query.Ndcg(x.Found)).Select(Line),
        string.Create(CultureInfo.InvariantCulture,
            $"{Queries} queries: nDCG@10 {Ndcg:0.000}, MRR {ReciprocalRank:0.000}, empty answers {EmptyRate:0.0%}, {Degraded} degraded"),
    ]);

    private static string Line((JudgedQuery Query, IReadOnlyList<string> Found) answer)
    {
        var (query, found) = answer;
        var shown = found.Take(10).Select(x => $"{x}({query.Grades.GetValueOrDefault(x)})");
        return string.Create(CultureInfo.InvariantCulture,
            $"{query.Ndcg(found):0.000} {query.ReciprocalRank(found):0.00}  {query.Text}: {string.Join(' ', shown)}");
    }
}
