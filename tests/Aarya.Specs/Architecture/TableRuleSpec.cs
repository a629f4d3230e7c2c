using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

/// <summary>
/// A context's plain tables are in <c>All</c> of a <c>...Tables.cs</c>, of its area or of the context; a table that every context has is a
/// class of its own, <c>...Table.cs</c>.
/// </summary>
public sealed partial class TableRuleSpec
{
    [Fact]
    public void tables_are_declared_in_one_way()
    {
        var declaring = Repository.Sources().Where(x => Declaring().IsMatch(File.ReadAllText(x))).ToList();

        Assert.Contains(declaring, x => x.EndsWith("StockTables.cs", StringComparison.Ordinal));
        Assert.All(declaring, x => Assert.EndsWith("Tables.cs", x, StringComparison.Ordinal));
        Assert.All(declaring, x => Assert.Contains("> All { get; } =", File.ReadAllText(x), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\bnew (?:Table|GeneratedColumnsTable|Sequence)\(")]
    private static partial Regex Declaring();
}
