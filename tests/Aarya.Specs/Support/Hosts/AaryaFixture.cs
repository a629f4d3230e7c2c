using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Http;
using Aarya.Specs.Support.Servers;
using Alba;
using JasperFx;
using JasperFx.CodeGeneration;
using JasperFx.CommandLine;
using Marten;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wolverine;
using Wolverine.Tracking;

[assembly: AssemblyFixture(typeof(Aarya.Specs.Support.Hosts.AaryaFixture))]

namespace Aarya.Specs.Support.Hosts;

/// <summary>The whole program (`all`) on a database and a Redis of its own; messages to streams stop at `Sent`.</summary>
public sealed class AaryaFixture : IAsyncLifetime
{
    private readonly string sandbox = Directory.CreateTempSubdirectory("aarya-specs-sandbox-").FullName;
    private SpecDatabase database = null!;

    public IAlbaHost Host { get; private set; } = null!;

    public RedisServer Redis { get; private set; } = null!;

    public string DatabaseUrl => database.Url;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        Redis = await RedisServer.StartAsync();
        JasperFxEnvironment.AutoStartHost = true;
        Host = await AnotherNodeAsync();
    }

    /// <summary>A further process of the same shop: the same database and Redis. Dispose it.</summary>
    public Task<IAlbaHost> AnotherNodeAsync(Action<IWebHostBuilder>? configure = null) => AlbaHost.For<Program>(x =>
    {
        x.UseEnvironment("Development");
        x.UseSetting("DATABASE_URL", database.Url);
        x.UseSetting("REDIS_URL", Redis.Url);
        x.UseSetting("AARYA_RATE_LIMIT", "0");
        x.UseSetting("SANDBOX_DATA", sandbox);
        x.ConfigureServices(services =>
        {
            services.RunWolverineInSoloMode();
            // Specs of the pipeline bring small endpoints of their own.
            services.ConfigureWolverine(wolverine => wolverine.Discovery.IncludeAssembly(typeof(AaryaFixture).Assembly));
            // The Release build carries the shop's handlers, but not those of the specs.
            services.CritterStackDefaults(defaults =>
            {
                defaults.Development.GeneratedCodeMode = TypeLoadMode.Auto;
                defaults.Development.AssertAllPreGeneratedTypesExist = defaults.Development.SourceCodeWritingEnabled = false;
            });
            services.ConfigureMarten<IContentStore>(content =>
            {
                content.RegisterDocumentType<Seat>();
                content.Events.AddEventType<SeatTaken>();
            });
            services.DisableAllExternalWolverineTransports();
        });
        configure?.Invoke(x);
    });

    /// <summary>
    /// A process on the same database with another Redis than the others: it announces no changes, because it would drop them from a cache
    /// that the others do not use. Dispose it.
    /// </summary>
    public Task<IAlbaHost> NodeApartAsync(Action<IWebHostBuilder> configure) => AnotherNodeAsync(x =>
    {
        configure(x);
        x.ConfigureServices(services =>
        {
            foreach (var announcer in services.Where(y => y.ImplementationType == typeof(Announcer)).ToList()) services.Remove(announcer);
        });
    });

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Directory.Delete(sandbox, recursive: true);
        await Redis.DisposeAsync();
        await database.DisposeAsync();
        await SpecDatabase.DropTemplateAsync();
    }
}

/// <summary>A story over HTTP against the whole program. Spec classes share one host, so they run one after another.</summary>
[Collection("aarya")]
public abstract class Spec(AaryaFixture fixture)
{
    protected AaryaFixture Fixture { get; } = fixture;

    protected IAlbaHost Host { get; } = fixture.Host;

    /// <summary>Redis with rights that the shop does not have, to read and to change what the shop stores there.</summary>
    protected IDatabase AllOfRedis { get; } = fixture.Redis.Database;

    /// <summary>Runs the request and waits until every message it caused is handled or sent.</summary>
    protected async Task<(ITrackedSession Messages, IScenarioResult Response)> Track(Action<Scenario> configure)
    {
        IScenarioResult response = null!;
        var messages = await Host.ExecuteAndWaitAsync(async () => response = await Host.Scenario(configure), 30_000);
        return (messages, response);
    }
}
