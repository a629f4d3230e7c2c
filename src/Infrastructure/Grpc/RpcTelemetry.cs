using System.Diagnostics;

namespace Aarya.Infrastructure.Grpc;

/// <summary>
/// Spans of the in-process calls between contexts; ASP.NET Core and HttpClient trace those over sockets.
/// </summary>
public static class RpcTelemetry
{
    public const string SourceName = "Aarya.Grpc";

    internal static ActivitySource Source { get; } = new(SourceName);
}
