namespace Aarya.Features.Search.Engine;

/// <summary>Why a product ranks where it does in the order of relevance.</summary>
/// <param name="Rank">What the words count together, and 1,000 for a product whose whole name or SKU is the text.</param>
/// <param name="IsPinned">A merchandiser has put it first for this query.</param>
/// <param name="IsInStock">False: it comes after all that are in stock.</param>
/// <param name="Sales">Decides between equal ranks; 0 unless the ranking counts sales.</param>
/// <param name="Words">The words of the text.</param>
public sealed record Explanation(
    double Rank, bool IsPinned, bool IsInStock, bool IsWhole, int Sales, IReadOnlyList<ExplainedWord> Words);

/// <param name="Counts">What it adds to the rank; 0 when the product does not have it.</param>
/// <param name="FoundIn">Where the product has it: <c>name</c>, <c>category</c>, <c>traits</c> (colours, sizes, SKUs),
/// <c>description</c>.</param>
public sealed record ExplainedWord(string Word, double Counts, IReadOnlyList<string> FoundIn);
