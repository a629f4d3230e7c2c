using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Mesh;

/// <summary>The folder of the contexts' sockets.</summary>
public sealed record SocketFolder(string Path)
{
    /// <summary><c>AARYA_SOCKET_DIR</c>; by default <c>/var/run/aarya</c>, and in development a folder of the user.</summary>
    public static SocketFolder From(IConfiguration configuration, IHostEnvironment environment) =>
        new(
            System.IO.Path.GetFullPath(configuration.Find("AARYA_SOCKET_DIR")
                ?? (environment.IsProduction() ? "/var/run/aarya" : OfUser())));

    public string PathOf(string role) => System.IO.Path.Combine(Path, $"{role}.sock");

    private static string OfUser() => Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } own && Directory.Exists(own)
        ? System.IO.Path.Combine(own, "aarya")
        : System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"aarya-{Environment.UserName}");
}
