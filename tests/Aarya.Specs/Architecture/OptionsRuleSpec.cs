using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

public sealed class OptionsRuleSpec
{
    // Each reads what it needs alone: SEED_PASSWORD for the front page, where core may not be hosted; the addresses for links in mails.
    private static readonly string[] Others = ["DemoAccounts.cs", "OrderLinks.cs", "PublicAddress.cs"];

    [Fact]
    public void a_context_reads_its_settings_in_its_options_alone()
    {
        var reading = Repository.Sources()
            .Where(x => x.Contains("/src/Features/", StringComparison.Ordinal))
            .Where(x => File.ReadAllText(x).Contains("IConfiguration ", StringComparison.Ordinal))
            .Select(x => Path.GetFileName(x)!).ToList();

        Assert.Contains("PaymentOptions.cs", reading);
        Assert.Equal(Others, reading.Where(x => !x.EndsWith("Options.cs", StringComparison.Ordinal)
            && !x.EndsWith("Setup.cs", StringComparison.Ordinal) && !x.EndsWith("Module.cs", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));
    }
}
