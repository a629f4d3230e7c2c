using Aarya.Infrastructure.Gateway;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Hosting;

/// <summary>
/// What was under way when somebody's time was over: requests that began before, and messages of a node that has died since.
/// </summary>
public sealed class Stragglers(IConfiguration configuration)
{
    // In under 30 s another node sends what a dead one has left.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    /// <summary>After this time none is under way any more.</summary>
    public TimeSpan AllInAfter { get; } = EdgeSettings.RequestTimeOf(configuration) + Recovery;
}
