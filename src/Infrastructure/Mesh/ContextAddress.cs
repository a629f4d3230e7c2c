using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Mesh;

/// <summary>The address of a context in another process.</summary>
/// <param name="Role">The context.</param>
/// <param name="SocketPath">Its unix socket; null when it is reached over TCP.</param>
/// <param name="Url">The URL that HTTP clients use; for a socket, a name that stands for it.</param>
/// <param name="Secret">Proves over TCP that the caller belongs to the mesh; null on a socket.</param>
public sealed record ContextAddress(string Role, string? SocketPath, Uri Url, string? Secret = null)
{
    internal static readonly NumberSetting DialSeconds = new("AARYA_DIAL_SECONDS", 5, 0, 25);

    /// <summary>
    /// How long a request waits for a context that does not answer because it is restarting (<c>AARYA_DIAL_SECONDS</c>, default 5).
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The setting that names the address: <c>COMMERCE_URL</c>, ...</summary>
    public static string SettingOf(string role) => $"{role.ToUpperInvariant()}_URL";

    /// <summary>
    /// <c>COMMERCE_URL</c> when set (<c>unix:/path</c>, <c>http://host:port</c> speaking HTTP/2, or <c>https://host</c>), else the
    /// context's socket in <c>AARYA_SOCKET_DIR</c>.
    /// </summary>
    /// <exception cref="StartupException">The setting is none of these.</exception>
    public static ContextAddress Of(string role, IConfiguration configuration, IHostEnvironment environment) =>
        Find(role, configuration, environment) with
        {
            Patience = TimeSpan.FromSeconds(DialSeconds.Read(configuration)),
        };

    public override string ToString() => SocketPath is { } path ? $"unix:{path}" : Url.ToString();

    private static ContextAddress Find(string role, IConfiguration configuration, IHostEnvironment environment)
    {
        if (configuration.Find(SettingOf(role)) is not { } setting)
            return OnSocket(role, SocketFolder.From(configuration, environment).PathOf(role));
        if (setting.StartsWith("unix:", StringComparison.Ordinal))
        {
            var path = setting["unix:".Length..];
            return path.StartsWith('/') ? OnSocket(role, Path.GetFullPath(path)) : throw Unclear(role, setting);
        }

        if (!Uri.TryCreate(setting, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.AbsolutePath != "/")
            throw Unclear(role, setting);
        return new(role, null, url, MeshTrust.SecretFrom(configuration)
            ?? throw new StartupException(
                $"{SettingOf(role)} uses TCP, where no file permission restricts the callers: set AARYA_MESH_SECRET on both sides."));
    }

    private static ContextAddress OnSocket(string role, string path) => new(role, path, new($"http://{role}.sock"));

    private static StartupException Unclear(string role, string setting) =>
        new($"{SettingOf(role)} is '{setting}': write unix:/absolute/path, http://host:port or https://host.");
}
