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
        // 57P: shutting down; 28: the login does not work (now).
        PostgresException { IsTransient: true } or PostgresException { SqlState: ['5', '7', 'P', ..] or ['2', '8', ..] } => true,
        PostgresException => false,
        NpgsqlException or SocketException or RedisConnectionException or RedisTimeoutException => true,
        RpcException { StatusCode: StatusCode.Unavailable } => true,
        AggregateException all => all.InnerExceptions.Any(Is),
        _ => Is(e.InnerException),
    };
}
