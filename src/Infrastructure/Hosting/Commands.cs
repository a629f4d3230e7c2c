using System.Reflection;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Hosting;

/// <summary>
/// Runs one of the program's commands (<c>migrate</c>, <c>codegen write</c>, ...) against the built host. JasperFx's own
/// runner prints every assembly that it searches, and the stack of any exception; here a command prints only its own
/// output, and its exceptions reach the caller.
/// </summary>
internal static class Commands
{
    /// <summary>False when the program runs a command instead, such as <c>migrate</c>, <c>codegen</c> or <c>help</c>.</summary>
    internal static bool ServesRequests(IReadOnlyList<string> args) => args.Count == 0 || args[0] is "run" || args[0].StartsWith('-');

    internal static async Task<int> RunAsync(IHost host, string[] args)
    {
        var factory = new CommandFactory();
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies().Where(x => x.IsDefined(typeof(JasperFxAssemblyAttribute))))
            factory.RegisterCommands(assembly);
        factory.ConfigureRun = run =>
        {
            if (run.Input is IHostBuilderInput input) input.HostBuilder = new BuiltHost(host);
        };
        return await factory.BuildRun(args).Execute() ? 0 : 1;
    }

    /// <summary>A builder for commands that need one: the host is already built and stays as it is.</summary>
    private sealed class BuiltHost(IHost host) : IHostBuilder
    {
        public IDictionary<object, object> Properties { get; } = new Dictionary<object, object>();

        public IHost Build() => host;

        public IHostBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate) => this;

        public IHostBuilder ConfigureAppConfiguration(Action<HostBuilderContext, IConfigurationBuilder> configureDelegate) => this;

        public IHostBuilder ConfigureServices(Action<HostBuilderContext, IServiceCollection> configureDelegate) => this;

        public IHostBuilder ConfigureContainer<TContainerBuilder>(Action<HostBuilderContext, TContainerBuilder> configureDelegate) => this;

        public IHostBuilder UseServiceProviderFactory<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory)
            where TContainerBuilder : notnull => this;

        public IHostBuilder UseServiceProviderFactory<TContainerBuilder>(
            Func<HostBuilderContext, IServiceProviderFactory<TContainerBuilder>> factory)
            where TContainerBuilder : notnull => this;
    }
}
