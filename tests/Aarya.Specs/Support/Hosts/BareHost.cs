using Microsoft.AspNetCore.Builder;

namespace Aarya.Specs.Support.Hosts;

/// <summary>A web application that a spec fills itself.</summary>
public static class BareHost
{
    /// <summary>
    /// A builder that watches no files: Linux gives a user 128 inotify instances, and a run of the specs has hundreds of hosts.
    /// </summary>
    public static WebApplicationBuilder Create(params string[] args) =>
        WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
}
