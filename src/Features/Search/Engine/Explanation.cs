namespace Aarya.Features.Search.Engine;

/// <summary>Why a product ranks where it does in the order of relevance.</summary>
/// <param name="Rank">The sum of what the words contribute, plus 1,000 for an exact match. A pin does not change it.</param>
/// <param name="IsPinned">A merchandiser has put it first for this query.</param>
/// <param name="IsInStock">False: it comes after all that are in stock.</param>
/// <param name="IsExactMatch">The whole text is the name or a SKU of the product.</param>
/// <param name="Sales">
/// How well the product sells, and a little how often it is looked at; decides between equal ranks. 0 while the flag
/// <c>search.sales</c> is off for the caller.
/// </param>
/// <param name="Words">The words of the text.</param>
public sealed record Explanation(
    double Rank, bool IsPinned, bool IsInStock, bool IsExactMatch, int Sales, IReadOnlyList<ExplainedWord> Words);

/// <param name="Contribution">What the word adds to the rank; 0 when the product does not have the word.</param>
/// <param name="FoundIn">
/// The fields of the product that have the word: <c>name</c>, <c>category</c>, <c>traits</c> (materials, colours, sizes, SKUs, barcodes),
/// <c>description</c>.
/// </param>
public sealed record ExplainedWord(string Word, double Contribution, IReadOnlyList<string> FoundIn);
