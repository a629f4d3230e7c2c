using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Contexts;

/// <summary>What this process hosts: the edge, contexts, or all of them; see docs/architecture.md.</summary>
public sealed class ActiveRoles
{
    /// <summary>The name of all roles together.</summary>
    public const string All = "all";

    /// <summary>The role that serves the edge; every other role hosts a context.</summary>
    public const string Gateway = "gateway";

    private const int GatewayPort = 8080;

    private readonly IReadOnlyList<BoundedContext> known;

    private ActiveRoles(IReadOnlyList<string> hosted, IReadOnlyList<BoundedContext> known)
    {
        Hosted = hosted;
        this.known = known;
    }

    /// <summary>Role names, the gateway first, then those of contexts in the order of the program.</summary>
    public IReadOnlyList<string> Hosted { get; }

    /// <summary>True when this process hosts every context and the edge.</summary>
    public bool IsAll => HostsGateway && known.All(x => Hosts(x.Role));

    public bool HostsGateway => Hosts(Gateway);

    /// <summary>A DNS-safe name: it becomes the host of Wolverine's URIs.</summary>
    public string ServiceName => IsAll ? All : string.Join('-', Hosted);

    /// <summary>The hosted roles that have a context.</summary>
    internal IEnumerable<string> Contexts => Hosted.Where(x => x != Gateway);

    /// <summary>The TCP port to listen on when none is set.</summary>
    internal int DefaultPort => HostsGateway ? GatewayPort : known.First(x => x.Role == Hosted[0]).Port;

    public bool Hosts(string role) => Hosted.Contains(role);

    /// <summary>Reads <c>AARYA_ROLES</c> or <c>--roles</c>: names separated by spaces or commas; default <c>all</c>.</summary>
    /// <param name="contexts">Every context of the program.</param>
    /// <exception cref="StartupException">A name is not a role.</exception>
    public static ActiveRoles From(IConfiguration configuration, IReadOnlyList<BoundedContext> contexts)
    {
        var named = (configuration["roles"] ?? configuration.Find("AARYA_ROLES") ?? All)
            .Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] known = [Gateway, .. contexts.Select(x => x.Role)];
        if (named.FirstOrDefault(x => x != All && !known.Contains(x)) is { } unknown)
            throw new StartupException($"AARYA_ROLES names '{unknown}': the roles are all, {string.Join(", ", known)}.");
        return new(named.Length == 0 || named.Contains(All) ? known : [.. known.Where(named.Contains)], contexts);
    }
}
