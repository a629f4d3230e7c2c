using System.Data.Common;
using Weasel.Core;
using Weasel.Postgresql.Tables;

namespace Aarya.Infrastructure.Postgres;

/// <summary>
/// A table that had generated columns earlier: a migration drops those before the columns that they are computed from, because PostgreSQL
/// drops no column that another one needs.
/// </summary>
public sealed class GeneratedColumnsTable(string name) : Table(name)
{
    public override async Task<ISchemaObjectDelta> CreateDeltaAsync(DbDataReader reader, CancellationToken ct = default) =>
        new Delta(this, ((TableDelta)await base.CreateDeltaAsync(reader, ct)).Actual);

    private sealed class Delta(Table expected, Table? actual) : TableDelta(expected, actual)
    {
        public override void WriteUpdate(Migrator rules, TextWriter writer)
        {
            using var written = new StringWriter();
            base.WriteUpdate(rules, written);
            var sql = written.ToString();
            // The same statements in another order, at the place of the first of them.
            var drops = (Actual?.Columns ?? [])
                .OrderBy(x => string.IsNullOrEmpty(x.ComputedExpression))
                .Select(x => x.DropColumnSql(Expected))
                .Where(x => sql.Contains(x, StringComparison.Ordinal))
                .ToList();
            if (drops.Count > 0)
            {
                var first = drops.Min(x => sql.IndexOf(x, StringComparison.Ordinal));
                sql = drops.Aggregate(sql, (rest, x) => rest.Replace(x, "", StringComparison.Ordinal))
                    .Insert(first, string.Join(Environment.NewLine, drops) + Environment.NewLine);
            }

            writer.Write(sql);
        }
    }
}
