using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Marten;

namespace Aarya.Infrastructure.Invariants;

/// <summary>Every stream of facts gives, folded from its beginning, the document that is stored beside it.</summary>
/// <param name="store">The store of the context.</param>
/// <param name="databases">Where its streams are.</param>
/// <param name="role">The context.</param>
/// <param name="name">The condition.</param>
public class StreamInvariant<TStore, TDocument>(TStore store, ContextDatabases databases, string role, string name) : IInvariant
    where TStore : IDocumentStore where TDocument : class
{
    private const int Batch = 200;
    private const int Readings = 3;

    // An index of a personal value is computed when the document is stored: it is no part of what the facts say.
    private static readonly JsonSerializerOptions Plain = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver
        {
            Modifiers =
            {
                type =>
                {
                    foreach (var index in type.Properties
                        .Where(x => x.AttributeProvider?.IsDefined(typeof(BlindIndexAttribute), inherit: true) == true).ToList())
                        type.Properties.Remove(index);
                },
            },
        },
    };

    public string Name => name;

    public async Task<InvariantReport> CheckAsync(CancellationToken cancellation)
    {
        var (streams, broken) = (0, new List<string>());
        for (var last = Guid.Empty; await NextAsync(last, cancellation) is { Count: > 0 } ids; last = ids[^1])
        {
            streams += ids.Count;
            foreach (var id in ids) broken.AddRange(await FaultsOfAsync(id, cancellation));
        }

        return new($"{streams} streams", broken);
    }

    private async Task<IEnumerable<string>> FaultsOfAsync(Guid id, CancellationToken cancellation)
    {
        // In an open shop, facts may be added between the two readings.
        for (var reading = 1; reading <= Readings; reading++)
        {
            await using var session = store.QuerySession();
            var stored = await session.LoadAsync<TDocument>(id, cancellation);
            var folded = await session.Events.AggregateStreamAsync<TDocument>(id, token: cancellation);
            if (JsonSerializer.Serialize(stored, Plain) == JsonSerializer.Serialize(folded, Plain))
                return stored is null ? [] : FaultsOf(stored);
        }

        return [$"{typeof(TDocument).Name} {id}: not what its facts say"];
    }

    /// <summary>What is wrong in a document whose facts agree with it.</summary>
    protected virtual IEnumerable<string> FaultsOf(TDocument stored) => [];

    private async Task<List<Guid>> NextAsync(Guid last, CancellationToken cancellation)
    {
        List<Guid> ids = [];
        await using var command = databases.PlainSourceOf(role)
            .CreateCommand($"select id from {role}.mt_streams where id > $1 order by id limit {Batch}");
        command.Parameters.Add(new() { Value = last });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetGuid(0));
        return ids;
    }
}
