using Aarya.Infrastructure.Gateway;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Hosting;

/// <summary>
/// Work that may still be in progress after a session or an account has ended: requests that began before, and messages of a node that
/// has died since.
/// </summary>
public sealed class LatestRequestEnd(IConfiguration configuration)
{
    // Another node sends the messages of a dead one in under 30 s.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    /// <summary>After this time no such work is left.</summary>
    public TimeSpan AllInAfter { get; } = EdgeSettings.RequestTimeOf(configuration) + Recovery;
}
