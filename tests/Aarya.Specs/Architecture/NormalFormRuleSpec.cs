using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

public sealed partial class NormalFormRuleSpec
{
    [Fact]
    public void texts_are_normalized_in_one_place()
    {
        var normalizing = Repository.Sources().Where(x => Normalizing().IsMatch(File.ReadAllText(x)))
            .Select(x => Path.GetFileName(x)).ToList();
        Assert.Equal(["NormalForm.cs"], normalizing);
    }

    // EmailAddress.Normalize is allowed: it takes an address.
    [GeneratedRegex(@"(?<!\bEmailAddress)\.Normalize\(|\.IsNormalized\(")]
    private static partial Regex Normalizing();
}
