using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

public sealed partial class OutageRuleSpec
{
    // Why a start fails is told in another way, and there is nothing to wait for.
    private static readonly string[] AtTheStart = ["Migrations.cs"];

    [Fact]
    public void what_is_away_is_decided_in_one_place()
    {
        var deciding = Repository.Sources().Where(x => File.ReadLines(x).Any(line => Deciding().IsMatch(line)))
            .Select(x => Path.GetFileName(x)).ToList();

        Assert.Contains("Outage.cs", deciding);
        Assert.Empty(deciding.Except(["Outage.cs", .. AtTheStart]));
    }

    private const string WhatIsThrown =
        "RedisException|RedisConnectionException|RedisTimeoutException|NpgsqlException|TimeoutException|IsTransient";

    // A filter of a catch, or an arm of a switch, that names what a client of Redis, of PostgreSQL or of another context throws when it has
    // no answer.
    [GeneratedRegex(@"(?:\bwhen\b.*|\bor\b.*|\bis\b.*)\b(?:" + WhatIsThrown + @")\b|StatusCode\.Unavailable\s+or\b")]
    private static partial Regex Deciding();
}
