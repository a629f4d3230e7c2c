using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

public sealed partial class SettingsSpec
{
    [Fact]
    public async Task every_setting_that_the_program_reads_is_in_the_operations_page()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs/operations.md"), TestContext.Current.CancellationToken);
        var read = Repository.Sources().SelectMany(file => Reading().Matches(File.ReadAllText(file))).Select(x => x.Groups["name"].Value)
            .ToHashSet();

        Assert.Contains("DATABASE_URL", read);
        Assert.Contains("ORDER_HOLD_MINUTES", read);
        Assert.DoesNotContain(read, name => !page.Contains($"`{name}`", StringComparison.Ordinal));
    }

    // Find("NAME"), Read("NAME", ...), Require("NAME", ...), Url(configuration, "NAME"), configuration["NAME"];
    // NumberSetting Hold = new("NAME", ...).
    [GeneratedRegex(
        """(?:Find|Read|Require|Url|Secret|Flag|NumberSetting \w+ = new)\((?:\w*[cC]onfiguration, """
        + """)?"(?<name>[A-Z][A-Z0-9_]+)"|onfiguration\["(?<name>[A-Z][A-Z0-9_]+)"\]""")]
    private static partial Regex Reading();
}
