using System.Reflection;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Hosting;

namespace Aarya.Specs.Architecture;

public sealed class PatternRuleSpec
{
    /// <summary>
    /// A process that is stopped for a moment, or gets no processor, would refuse a good request because its pattern has no time left. A
    /// checkout did so once in 126,000 requests of a drill.
    /// </summary>
    [Fact]
    public void no_pattern_has_a_limit_of_wall_time()
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
