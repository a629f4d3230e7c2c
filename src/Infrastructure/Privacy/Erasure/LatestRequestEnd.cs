using Aarya.Infrastructure.Mesh;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Privacy.Erasure;

/// <summary>
/// How long requests that began before a change (a sign-in, a verified address, an erasure), and the messages of a node that has died
/// since, may still have effects.
/// </summary>
public sealed class LatestRequestEnd(IConfiguration configuration)
{
    // Another node sends the messages of a dead one in under 30 s.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    /// <summary>After this time no such work is left.</summary>
    public TimeSpan Delay { get; } = RequestDeadline.LongestFrom(configuration) + Recovery;
}
