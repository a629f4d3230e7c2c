using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

public sealed partial class OutageRuleSpec
{
    // A failed start is reported in another way, and nothing waits for the service.
    private static readonly string[] AtTheStart = ["Migrations.cs"];

    [Fact]
    public void what_is_away_is_decided_in_one_place()
    {
        var deciding = Repository.Sources().Where(x => File.ReadLines(x).Any(line => Deciding().IsMatch(line)))
            .Select(x => Path.GetFileName(x)).ToList();

        Assert.Contains("Outage.cs", deciding);
        Assert.Empty(deciding.Except(["Outage.cs", .. AtTheStart]));
    }

    [Fact]
    public void connections_and_transactions_wait_at_the_gate_while_postgresql_is_away()
    {
        var past = Repository.Sources().Where(x => File.ReadLines(x).Any(line => PastTheGate().IsMatch(line)))
            .Select(x => Path.GetFileName(x));

        // Elsewhere: store.OpenConnectionAsync and session.StartTransactionAsync.
        Assert.Equal(["ContextConnections.cs"], past);
    }

    private const string WhatIsThrown =
        "RedisException|RedisConnectionException|RedisTimeoutException|NpgsqlException|TimeoutException|IsTransient";

    // A catch filter or switch arm that names an exception of a client of Redis, PostgreSQL or another context that got no answer.
    [GeneratedRegex(@"(?:\bwhen\b.*|\bor\b.*|\bis\b.*)\b(?:" + WhatIsThrown + @")\b|StatusCode\.Unavailable\s+or\b")]
    private static partial Regex Deciding();

    // A connection of a store, and a transaction of anything but an open connection.
    [GeneratedRegex(@"Storage\.Database\.CreateConnection\(|(?<!\bconnection)\.BeginTransactionAsync\(")]
    private static partial Regex PastTheGate();
}
