using Weasel.Core;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Infrastructure.Postgres;

/// <summary>The form that all documents and events of one context have; in the schema of every context.</summary>
internal sealed class StoredJsonTable : Table
{
    /// <summary>The table's name within the context's schema.</summary>
    public const string Name = "stored_json";

    public StoredJsonTable(string schema)
        : base(new PostgresqlObjectName(schema, Name, SchemaUtils.IdentifierUsage.General))
    {
        AddColumn("form", "text").AsPrimaryKey();
        AddColumn("at", "timestamptz").NotNull().DefaultValueByExpression("now()");
    }
}
