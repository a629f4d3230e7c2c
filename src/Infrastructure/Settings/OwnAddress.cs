using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Settings;

/// <summary>The public address of this program.</summary>
public static class OwnAddress
{
    /// <summary>The setting.</summary>
    public const string Name = "AARYA_PUBLIC_URL";

    /// <summary>
    /// Makes the address on which this process listens the public one, unless one is set. Only for development, where nothing is in front
    /// of the process.
    /// </summary>
    internal static void FollowListener(IConfiguration configuration, string scheme, string host, int port)
    {
        if (configuration.Find(Name) is not null || port == 0) return;
        var reachable = host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && !IsAny(ip)) ? host : "127.0.0.1";
        configuration[Name] = string.Create(CultureInfo.InvariantCulture, $"{scheme}://{reachable}:{port}");
    }

    private static bool IsAny(IPAddress ip) => ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
}
