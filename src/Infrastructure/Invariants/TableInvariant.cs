using Aarya.Infrastructure.Postgres;

namespace Aarya.Infrastructure.Invariants;

/// <summary>An invariant of tables, which PostgreSQL checks itself.</summary>
/// <param name="databases">Where the tables are.</param>
/// <param name="role">The context that they belong to.</param>
/// <param name="name">The condition.</param>
/// <param name="seen">Reads what is checked, as one text.</param>
/// <param name="broken">Reads the violations, as one text each.</param>
public sealed class TableInvariant(ContextDatabases databases, string role, string name, string seen, string broken) : IInvariant
{
    // Both read whole tables.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public string Name => name;

    public async Task<InvariantReport> CheckAsync(CancellationToken cancellation) =>
        new((await ReadAsync(seen, cancellation)).Single(), await ReadAsync(broken, cancellation));

    private async Task<IReadOnlyList<string>> ReadAsync(string sql, CancellationToken cancellation)
    {
        List<string> lines = [];
        await using var command = databases.PlainSourceOf(role).CreateCommand(sql);
        command.CommandTimeout = (int)Patience.TotalSeconds;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) lines.Add(reader.GetString(0));
        return lines;
    }
}
