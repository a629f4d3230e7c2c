using System.Net.Sockets;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Settings;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Hosting;

/// <summary>
/// The line to print for an exception that ended the program before it served; null when it is a defect, whose stack matters.
/// </summary>
internal static class StartupProblem
{
    internal static string? Of(Exception e) => e switch
    {
        StartupException problem => problem.Message,
        AddressInUseException or IOException { InnerException: AddressInUseException } =>
            $"{e.Message.TrimEnd('.')}: stop the process that listens there, or choose another address with --urls.",
        // A server that failed after the check at the start, or refuses connections for a time. Any other refusal is a defect.
        PostgresException refused => Outage.Is(refused) ? $"PostgreSQL: {refused.MessageText}." : null,
        NpgsqlException or DatabaseUnavailableException => $"PostgreSQL: {e.InnerException?.Message ?? e.Message}.",
        RedisTimeoutException => $"Redis: {e.Message}",
        RedisException => Outage.Is(e) ? $"Redis: {e.Message}" : null,
        RpcException => Outage.Is(e) ? $"Another context does not answer: {((RpcException)e).Status.Detail}" : null,
        SocketException denied => $"Cannot listen: {denied.Message}.",
        AggregateException all => all.InnerExceptions.Select(Of).FirstOrDefault(x => x is not null),
        { InnerException: { } inner } => Of(inner),
        _ => null,
    };
}
