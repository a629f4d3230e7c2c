using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Contexts;

/// <summary>The deployables of one program; see docs/architecture.md.</summary>
public static class Roles
{
    public const string All = "all";
    public const string Gateway = "gateway";
    public const string Core = "core";
    public const string Commerce = "commerce";
    public const string Payment = "payment";
    public const string Content = "content";
    public const string Search = "search";

    /// <summary>The roles that own a bounded context.</summary>
    public static IReadOnlyList<string> Contexts { get; } = [Core, Commerce, Payment, Content, Search];

    /// <summary>The TCP port a role listens on when none is set.</summary>
    public static int DefaultPort(string role) => role switch
    {
        Core => 8001,
        Commerce => 8010,
        Payment => 8020,
        Content => 8030,
        Search => 8040,
        _ => 8080,
    };
}

/// <summary>What this process hosts.</summary>
/// <param name="Hosted">Role names, in the order of <see cref="Roles.Contexts"/>, the gateway first.</param>
public sealed record ActiveRoles(IReadOnlyList<string> Hosted)
{
    /// <summary>True when this process hosts every context and the edge.</summary>
    public bool IsAll => HostsGateway && Roles.Contexts.All(Hosted.Contains);

    public bool HostsGateway => Hosted.Contains(Roles.Gateway);

    /// <summary>A DNS-safe name: it becomes the host of Wolverine's URIs.</summary>
    public string ServiceName => IsAll ? Roles.All : string.Join('-', Hosted);

    public bool Hosts(string role) => Hosted.Contains(role);

    /// <summary>Reads <c>AARYA_ROLES</c> or <c>--roles</c>: names separated by spaces or commas; default <c>all</c>.</summary>
    /// <exception cref="StartupException">A name is not a role.</exception>
    public static ActiveRoles From(IConfiguration configuration)
    {
        var named = (configuration["roles"] ?? configuration.Find("AARYA_ROLES") ?? Roles.All)
            .Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] known = [Roles.Gateway, .. Roles.Contexts];
        if (named.FirstOrDefault(x => x != Roles.All && !known.Contains(x)) is { } unknown)
            throw new StartupException($"AARYA_ROLES names '{unknown}': the roles are all, {string.Join(", ", known)}.");
        return new(named.Length == 0 || named.Contains(Roles.All) ? known : [.. known.Where(named.Contains)]);
    }
}
