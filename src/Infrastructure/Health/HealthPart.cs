using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Redis;
using Npgsql;

namespace Aarya.Infrastructure.Health;

/// <summary>Something that this process needs to answer its requests.</summary>
public abstract class HealthPart(string name, bool vital)
{
    /// <summary>The name that operators see: <c>postgres.commerce</c>, <c>redis.state</c>, <c>context.search</c>.</summary>
    public string Name { get; } = name;

    /// <summary>True when the process can serve nothing without it, so that a load balancer should use another process.</summary>
    public bool IsVital { get; } = vital;

    /// <summary>Returns when the part answers, and throws when it does not.</summary>
    public abstract Task AskAsync(CancellationToken cancellation);
}

/// <summary>A context's database, queried on a separate connection: a full pool is load, not an outage.</summary>
internal sealed class PostgresPart(string role, ContextDatabases databases) : HealthPart($"postgres.{role}", vital: true), IDisposable
{
    private readonly NpgsqlDataSource source = ContextDatabases.Plain(new NpgsqlConnectionStringBuilder(databases.Of(role))
    {
        MaxPoolSize = 1,
        MinPoolSize = 0,
        ApplicationName = $"aarya-{role}-health",
    }.ConnectionString);

    public override async Task AskAsync(CancellationToken cancellation)
    {
        await using var database = await source.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand("select 1", database);
        await command.ExecuteScalarAsync(cancellation);
    }

    public void Dispose() => source.Dispose();
}

/// <summary>Stores carts and sessions: a process that hosts a context needs it.</summary>
internal sealed class RedisStatePart(RedisConnections redis, bool vital) : HealthPart("redis.state", vital)
{
    public override Task AskAsync(CancellationToken cancellation) => redis.PingStateAsync();
}

/// <summary>Everything in it can be rebuilt or counted locally.</summary>
internal sealed class RedisCachePart(RedisConnections redis) : HealthPart("redis.cache", vital: false)
{
    public override Task AskAsync(CancellationToken cancellation) => redis.PingCacheAsync();
}

/// <summary>A context in another process. The edge serves the other contexts without it, so it is not vital.</summary>
internal sealed class ContextPart(ContextClient context) : HealthPart($"context.{context.Role}", vital: false)
{
    public override async Task AskAsync(CancellationToken cancellation)
    {
        using var response = await context.GetAsync(HealthEndpoints.ReadyPath, cancellation);
        response.EnsureSuccessStatusCode();
    }
}
