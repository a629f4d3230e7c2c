using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Hosting;

/// <summary>What a person needs to hear of an exception that ended the program before it served; null when it is a defect, whose stack matters.</summary>
internal static class StartupProblem
{
    internal static string? Of(Exception e) => e switch
    {
        StartupException problem => problem.Message,
        AddressInUseException or IOException { InnerException: AddressInUseException } => $"{e.Message.TrimEnd('.')}: stop what listens there, or listen elsewhere with --urls.",
        SocketException denied => $"Cannot listen: {denied.Message}.",
        // A server that went away between the look at the start and now; what it refuses (PostgresException) is a defect.
        NpgsqlException and not PostgresException => $"PostgreSQL: {e.InnerException?.Message ?? e.Message}.",
        RedisConnectionException => $"Redis: {e.Message}",
        AggregateException all => all.InnerExceptions.Select(Of).FirstOrDefault(x => x is not null),
        { InnerException: { } inner } => Of(inner),
        _ => null,
    };
}
