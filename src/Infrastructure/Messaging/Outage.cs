using System.Net.Sockets;
using Grpc.Core;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Messaging;

/// <summary>Tells "something this needs is away" from "this cannot be handled": only the second ends in the dead-letter table.</summary>
internal static class Outage
{
    public static bool Is(Exception? e) => e switch
    {
        null => false,
        // FATAL and PANIC are about the connection, refused or ended, whatever the SQLSTATE: a revoked CONNECT is 42501 as
        // a forbidden table is. https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-SEVERITY-LEVELS
        PostgresException { IsTransient: true } or PostgresException { InvariantSeverity: "FATAL" or "PANIC" } => true,
        PostgresException => false,
        NpgsqlException or SocketException or RedisConnectionException or RedisTimeoutException => true,
        RpcException { StatusCode: StatusCode.Unavailable } => true,
        AggregateException all => all.InnerExceptions.Any(Is),
        _ => Is(e.InnerException),
    };
}
