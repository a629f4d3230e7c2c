using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.FeatureManagement;

namespace Aarya.Infrastructure.Flags;

/// <summary>For whom and when a feature is on. Without conditions it is on or off for all callers.</summary>
/// <param name="Enabled">False switches it off, whatever its conditions.</param>
/// <param name="Match">Whether all conditions that are set must hold, or one of them.</param>
/// <param name="Percentage">For this percentage of callers, always the same ones.</param>
/// <param name="Roles">For callers with one of these roles.</param>
/// <param name="From">From this moment on.</param>
/// <param name="Until">Before this moment.</param>
public sealed record FlagDefinition(
    string Name, bool Enabled, FlagMatch Match, double? Percentage, IReadOnlyList<string> Roles, DateTimeOffset? From,
    DateTimeOffset? Until)
{
    internal FeatureDefinition ToFeature() => new()
    {
        Name = Name,
        RequirementType = Match == FlagMatch.All ? RequirementType.All : RequirementType.Any,
        EnabledFor = Enabled ? Conditions() : [],
    };

    private List<FeatureFilterConfiguration> Conditions()
    {
        List<FeatureFilterConfiguration> conditions = [];
        if (Percentage is { } percentage)
            conditions.Add(Condition("Microsoft.Targeting",
                ("Audience:DefaultRolloutPercentage", percentage.ToString("R", CultureInfo.InvariantCulture))));
        if (Roles.Count > 0)
        {
            conditions.Add(Condition("Microsoft.Targeting",
            [
                ("Audience:DefaultRolloutPercentage", "0"),
                .. Roles.SelectMany((role,
                    i) => new[] { ($"Audience:Groups:{i}:Name", role), ($"Audience:Groups:{i}:RolloutPercentage", "100") }),
            ]));
        }

        if (From is not null || Until is not null)
            conditions.Add(Condition("Microsoft.TimeWindow", [.. Moment("Start", From), .. Moment("End", Until)]));
        return conditions.Count > 0 ? conditions : [Condition("AlwaysOn")];
    }

    private static (string, string)[] Moment(string name, DateTimeOffset? at) =>
        at is { } moment ? [(name, moment.ToString("O", CultureInfo.InvariantCulture))] : [];

    private static FeatureFilterConfiguration Condition(string filter, params (string Name, string Value)[] parameters) => new()
    {
        Name = filter,
        Parameters = new ConfigurationBuilder().AddInMemoryCollection(parameters.Select(x => KeyValuePair.Create(x.Name, (string?)x.Value)))
            .Build(),
    };
}

public enum FlagMatch
{
    All,
    Any,
}
