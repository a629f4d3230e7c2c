using System.Reflection;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Hosting;

namespace Aarya.Specs.Architecture;

public sealed class PatternRuleSpec
{
    /// <summary>
    /// A time limit counts wall time: a process that is frozen while it matches refuses a good request. One checkout of a drill got a 500
    /// for that. The spec cannot see the length of what a pattern reads: bound it where the pattern is used.
    /// </summary>
    [Fact]
    public void no_generated_pattern_has_a_time_limit()
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var types = new[] { typeof(Features.Money).Assembly, typeof(AaryaHost).Assembly, typeof(Program).Assembly }
            .SelectMany(x => x.GetTypes()).ToList();
        var patterns = types.SelectMany(x => x.GetMethods(all).Cast<MemberInfo>().Concat(x.GetProperties(all)))
            .Select(x => (Member: x, Pattern: x.GetCustomAttribute<GeneratedRegexAttribute>())).Where(x => x.Pattern is not null).ToList();
        Assert.True(patterns.Count > 15, $"Only {patterns.Count} patterns were found.");

        Assert.Empty(patterns.Where(x => x.Pattern!.MatchTimeoutMilliseconds != Timeout.Infinite)
            .Select(x => $"{x.Member.DeclaringType!.Name}.{x.Member.Name}: remove the time limit, and bound the length of what it reads."));
    }
}
