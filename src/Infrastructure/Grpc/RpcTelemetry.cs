using System.Diagnostics;

namespace Aarya.Infrastructure.Grpc;

/// <summary>
/// Spans of the calls between contexts that never touch a socket; those over sockets are traced by ASP.NET Core and HttpClient.
/// </summary>
public static class RpcTelemetry
{
    public const string SourceName = "Aarya.Grpc";

    internal static ActivitySource Source { get; } = new(SourceName);
}
