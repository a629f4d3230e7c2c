using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Settings;

/// <summary>The name of the node: it distinguishes the processes of one role.</summary>
public static class NodeName
{
    /// <summary><c>AARYA_NODE</c>, else the name of the machine.</summary>
    public static string From(IConfiguration configuration) => configuration.Find("AARYA_NODE") ?? Environment.MachineName;
}
