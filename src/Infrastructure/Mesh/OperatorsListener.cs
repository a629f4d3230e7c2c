using Aarya.Infrastructure.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Mesh;

/// <summary>
/// The address on which a process serves its operators, and nobody else: <c>AARYA_METRICS_URL</c>, such as
/// <c>http://127.0.0.1:9464</c>. A process without it collects no metrics.
/// </summary>
public static class OperatorsListener
{
    /// <summary>The name of the setting.</summary>
    public const string Name = "AARYA_METRICS_URL";

    /// <summary>The address, or null.</summary>
    /// <exception cref="StartupException">It is not one address of the form http://host:port.</exception>
    public static BindingAddress? From(IConfiguration configuration)
    {
        if (configuration.Find(Name) is not { } url) return null;
        var refusal = $"{Name} is '{url}': write http://host:port.";
        return RoleListening.Parse(url, refusal) is { Scheme: "http", PathBase: "" } address
            ? address
            : throw new StartupException(refusal);
    }

    /// <summary>True for a request that came to this address.</summary>
    public static bool IsOperatorRequest(HttpContext http) => http.Features.Get<Asked>() is not null;

    internal static ConnectionDelegate Mark(ConnectionDelegate next) => connection =>
    {
        connection.Features.Set(Asked.Instance);
        return next(connection);
    };

    private sealed class Asked
    {
        public static readonly Asked Instance = new();
    }
}
