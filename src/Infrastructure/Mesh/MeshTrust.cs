using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Mesh;

/// <summary>
/// How a context recognises the gateway and the other contexts: by a connection over its socket, which file permissions
/// protect, or over TCP by a request that carries <c>AARYA_MESH_SECRET</c>. Only they may call gRPC services, and a context
/// trusts only them for the client's address, scheme, host and time left.
/// </summary>
public static class MeshTrust
{
    /// <summary>Carries the secret on requests over TCP.</summary>
    public const string SecretHeader = "Aarya-Mesh-Secret";

    /// <summary>Carries how long the client still waits, in milliseconds.</summary>
    public const string TimeLeftHeader = "Aarya-Time-Left";

    private const int ShortestSecret = 32;

    /// <summary>
    /// The secret shared by processes that call each other over TCP (<c>AARYA_MESH_SECRET</c>, 32 characters or more), or null.
    /// </summary>
    /// <exception cref="StartupException">The secret is too short, or cannot be sent.</exception>
    public static string? SecretFrom(IConfiguration configuration) => configuration.FindForHeader("AARYA_MESH_SECRET") switch
    {
        null => null,
        { Length: < ShortestSecret } =>
            throw new StartupException(
                $"AARYA_MESH_SECRET is shorter than {ShortestSecret} characters: make one with `openssl rand -hex 32`."),
        var secret => secret,
    };

    /// <summary>Takes the client's address and its time left from requests of the mesh.</summary>
    public static void UseMesh(this WebApplication app)
    {
        var secret = SecretFrom(app.Configuration) is { } text ? Encoding.UTF8.GetBytes(text) : null;
        app.Use(async (http, next) =>
        {
            if (!IsOverSocket(http) && !CarriesSecret(http, secret))
            {
                await next(http);
                return;
            }

            http.Features.Set(FromMesh.Instance);
            Believe(http);
            using var deadline = TimeLeft(http) is { } left ? RequestDeadline.Begin(RequestDeadline.After(left)) : null;
            await next(http);
        });
    }

    /// <summary>Answers 404 to callers outside the mesh, as if there were no such endpoint.</summary>
    public static void RequireMesh(this IEndpointConventionBuilder endpoints) => endpoints.Add(endpoint =>
    {
        var inner = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = http =>
        {
            if (http.Features.Get<FromMesh>() is not null) return inner(http);
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        };
    });

    /// <summary>For a socket's listener.</summary>
    internal static ConnectionDelegate Mark(ConnectionDelegate next) => connection =>
    {
        connection.Features.Set(OverSocket.Instance);
        return next(connection);
    };

    private static bool IsOverSocket(HttpContext http) => http.Features.Get<OverSocket>() is not null;

    private static bool CarriesSecret(HttpContext http, byte[]? secret) =>
        secret is not null && http.Request.Headers.TryGetValue(SecretHeader, out var sent)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent.ToString()), secret);

    private static void Believe(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (IPAddress.TryParse(headers["X-Forwarded-For"].ToString(), out var client)) http.Connection.RemoteIpAddress = client;
        if (headers["X-Forwarded-Proto"].ToString() is "http" or "https") http.Request.Scheme = headers["X-Forwarded-Proto"].ToString();
        if (headers["X-Forwarded-Host"].ToString() is { Length: > 0 } host) http.Request.Host = new HostString(host);
    }

    private static TimeSpan? TimeLeft(HttpContext http) =>
        int.TryParse(http.Request.Headers[TimeLeftHeader].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    private sealed class OverSocket
    {
        public static readonly OverSocket Instance = new();
    }

    private sealed class FromMesh
    {
        public static readonly FromMesh Instance = new();
    }
}
