using System.Globalization;
using System.Reflection;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Edge;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Logging;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Operators;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Pages;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Privacy.Erasure;
using Aarya.Infrastructure.Privacy.Rotation;
using Aarya.Infrastructure.Proxy;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.RealTime;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Security;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Telemetry;
using Aarya.Infrastructure.Time;
using Aarya.Infrastructure.Validation;
using JasperFx;
using JasperFx.CodeGeneration;
using JasperFx.CommandLine;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Http;
using Wolverine.Postgresql;

namespace Aarya.Infrastructure.Hosting;

/// <summary>Builds and runs the program for the roles of this process.</summary>
public static class AaryaHost
{
    // Numbers, dates and sorting must not depend on the machine's language.
    static AaryaHost() => CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

    /// <summary>Runs the program to its end; a start that fails prints one line on standard error and returns exit code 1.</summary>
    public static async Task<int> RunAsync(string[] args, IReadOnlyList<Module> modules)
    {
        try
        {
            await using var app = Build(args, modules);
            if (!Commands.ServesRequests(args)) return await Commands.RunAsync(app, args);
            await ServeAsync(app);
            return 0;
        }
        catch (Exception e) when (StartupProblem.Of(e) is { } problem)
        {
            await Console.Error.WriteLineAsync($"aarya: {problem}");
            return 1;
        }
    }

    private static async Task ServeAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The process was stopped before it served: that is not a failure, whatever a step of the start has thrown.
            return;
        }
        catch
        {
            // Without this, background services that have started report their cancellation as a failure.
            app.Lifetime.StopApplication();
            throw;
        }

        // Releases the memory that building the host took: an idle process is small.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        await app.Services.GetRequiredService<Draining>().WaitAsync();
        await app.WaitForShutdownAsync();
    }

    /// <summary>The program for these arguments, not started.</summary>
    public static WebApplication Build(string[] args, IReadOnlyList<Module> modules)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [SettingsAreReadOnce, .. args],
            ContentRootPath = ContentRoot(),
        });
        builder.AddAarya(modules, args);
        var app = builder.Build();
        app.MapAarya();
        return app;
    }

    // True in a Release build. A Debug build has no handler code: it compiles its handlers when it runs.
    private static bool CarriesHandlers { get; } =
        Assembly.Load("Aarya.Api").GetTypes().Any(x => x.Namespace?.StartsWith("Internal.Generated", StringComparison.Ordinal) == true);

    // Nothing reads a setting again after the start. Watching appsettings.json would take one of the 128 inotify instances that Linux
    // gives a user, per process: a user with many processes could not start another one.
    private const string SettingsAreReadOnce = "--hostBuilder:reloadConfigOnChange=false";

    // appsettings.json is in the program's folder; the current folder must not matter.
    private static string ContentRoot() =>
        File.Exists(Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
            ? AppContext.BaseDirectory
            : Directory.GetCurrentDirectory();

    public static void AddAarya(this WebApplicationBuilder builder, IReadOnlyList<Module> modules, IReadOnlyList<string> args)
    {
        KnownSettings.Check(builder.Configuration, builder.Environment, modules);
        var roles = ActiveRoles.From(builder.Configuration, modules);
        var active = modules.Where(x => roles.Hosts(x.Role)).ToList();
        var dormant = modules.Except(active).ToList();
        var hosted = new ActiveModules(active, dormant);
        var contexts = hosted.Contexts;
        var features = modules[0].GetType().Assembly;
        builder.AddLogs(roles);
        var serving = Commands.ServesRequests(args);
#if !DEBUG
        if (serving && !CarriesHandlers)
            throw new StartupException("This Release build lacks its handlers' code: make it with ./aarya release, or run a Debug build.");
#endif

        builder.Services.AddSingleton(roles);
        builder.Services.AddSingleton(hosted);
        builder.Services.AddSingleton(contexts);
        builder.Services.AddSingleton(new RatePolicies(modules.SelectMany(x => x.RatePolicies)));
        var readers = WireEvent.Of(modules).Where(x => x.IsRead).ToLookup(x => x.Stream, x => x.Context.Role);
        var streams = new StreamPolicies(
            [
                .. modules.SelectMany(x => x.Streams)
                    .Select(x => x.With(builder.Configuration) with { Readers = [.. readers[x.Name].Distinct()] }),
            ], RedisKeys.Buckets.Read(builder.Configuration));
        builder.Services.AddSingleton(streams);
        builder.Services.AddSingleton<StreamHistory>();
        builder.Services.AddSingleton<StreamReplay>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<LatestRequestEnd>();
        builder.Services.AddSingleton(x => CacheBudget.From(
            builder.Configuration, x.GetRequiredService<TimeProvider>(), x.GetRequiredService<ILogger<CacheBudget>>()));
        builder.Services.AddHostedService(x => x.GetRequiredService<CacheBudget>());
        var sealer = new Sealer(() => EncryptionKeys.From(builder.Configuration, builder.Environment));
        builder.Services.AddSingleton(sealer);
        builder.Services.AddValidatorsFrom(features);
        builder.Services.AddAaryaJson();
        builder.Services.AddProblems();
        builder.Services.AddSingleton<IStartupFilter, HeadRequests>();
        builder.AddRedis();
        if (serving) builder.Services.AddHostedService<RedisAtStart>();
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        if (serving) builder.Services.AddHostedService<ServiceManager>();
        builder.AddCallers();
        builder.Services.AddSingleton<IFlags, CachedFlags>();
        builder.AddRealTime();
        builder.AddContextRpc(
            active.Select(x => x.Rpc).OfType<ContextRpc>(), dormant.Where(x => x.Rpc is not null).Select(x => (x.Role, x.Rpc!)),
            active.Concat(dormant).Select(x => x.RpcOfEveryContext).OfType<ContextRpc>(), contexts);
        builder.AddProxy(contexts, roles);
        builder.AddHealth(contexts, roles);
        builder.AddEdge(roles);
        builder.AddApiDocument(contexts, roles, features);
        var gauges = active.SelectMany(x =>
            MessageGauges.Of(x.Role).Concat(x.Gauges).Select(gauge => (x.Role, Gauge: gauge.With(builder.Configuration))));
        if (serving) builder.AddTraces(roles);
        if (serving) builder.AddTelemetry(contexts, roles, gauges.ToLookup(x => x.Role, x => x.Gauge));
        if (serving) builder.AddOperatorsPage(modules.Select(x => x.OperatorsView));
        builder.ListenFor(roles);

        if (active.Count > 0) builder.AddContextDatabases(active, sealer, serving);

        foreach (var module in active) module.AddServices(builder.Services, builder.Configuration, builder.Environment);
        foreach (var module in dormant) module.AddRemoteServices(builder.Services);
        builder.Services.TryAddSingleton<IFlagSource, NoFlags>();

        builder.ChooseHandlerCode();
        builder.Host.UseWolverine(wolverine => ConfigureWolverine(wolverine, builder, hosted, roles, features, streams, sealer));
        builder.Services.AddWolverineHttp();
    }

    private static void AddContextDatabases(this WebApplicationBuilder builder, List<Module> active, Sealer sealer, bool serving)
    {
        var databases = new ContextDatabases(builder.Configuration);
        // By a factory, so that the container disposes of it.
        builder.Services.AddSingleton(_ => databases);
        builder.Services.AddSingleton<DatabaseGates>();
        foreach (var module in active) _ = databases.Of(module.Role);
        if (serving) _ = sealer.Keys;
        foreach (var module in active) module.AddStore(builder.Services, databases, sealer);
        // Wolverine asks the default store for a document's identity before it uses the endpoint's own store.
        builder.Services.AddSingleton(provider => (IDocumentStore)provider.GetRequiredService(active[0].StoreType));
        if (serving) builder.Services.AddHostedService<DatabaseAtStart>();
        if (serving && builder.Configuration.Flag("AARYA_SOLO")) builder.Services.AddHostedService<OnlyNodeAtStart>();
        if (serving) builder.Services.AddHostedService<IdempotencyKeyExpiry>();
        if (serving) builder.Services.AddHostedService<ProcessedEventPruning>();
        builder.Services.AddSingleton<Migrations>();
        builder.Services.AddSingleton<KeyRotation>();
        builder.Services.AddSingleton<CommandTurn>();
    }

    private static void ChooseHandlerCode(this WebApplicationBuilder builder) =>
        builder.Services.CritterStackDefaults(x =>
        {
            if (CarriesHandlers)
            {
                x.Development.GeneratedCodeMode = x.Production.GeneratedCodeMode = TypeLoadMode.Static;
                x.Development.AssertAllPreGeneratedTypesExist = x.Production.AssertAllPreGeneratedTypesExist = true;
            }

            // Production migrates only by command (`migrate`); a developer's database follows the code (DatabaseAtStart).
            x.Production.ResourceAutoCreate = x.Development.ResourceAutoCreate = AutoCreate.None;
            if (builder.Configuration["AARYA_CODEGEN_OUT"] is { Length: > 0 } folder) x.GeneratedCodeOutputPath = folder;
        });

    private static void ConfigureWolverine(WolverineOptions wolverine, WebApplicationBuilder builder, ActiveModules hosted,
        ActiveRoles roles, Assembly features, StreamPolicies streams, Sealer sealer)
    {
        wolverine.ServiceName = roles.ServiceName;
        wolverine.ApplicationAssembly = Assembly.Load("Aarya.Api");
        wolverine.Discovery.IncludeAssembly(features);
        wolverine.Discovery.CustomizeHandlerDiscovery(q =>
        {
            foreach (var module in hosted.Dormant) q.Excludes.InNamespace(module.Namespace);
        });

        wolverine.Durability.MessageIdentity = MessageIdentity.IdAndDestination;
        wolverine.MultipleHandlerBehavior = MultipleHandlerBehavior.Separated;
        // During an upgrade this process may recover a message that only the newer version has: it must not be discarded.
        wolverine.UnknownMessageBehavior = UnknownMessageBehavior.DeadLetterQueue;
        // A dead node's messages are recovered in under 30 s (the defaults take up to 95).
        wolverine.Durability.HealthCheckPollingTime = TimeSpan.FromSeconds(2);
        wolverine.Durability.StaleNodeTimeout = TimeSpan.FromSeconds(12);
        wolverine.Durability.CheckAssignmentPeriod = TimeSpan.FromSeconds(5);
        wolverine.Durability.OutboxStaleTime = TimeSpan.FromSeconds(30);
        wolverine.Durability.InboxStaleTime = TimeSpan.FromSeconds(60);
        // How late a delayed message may be; every poll also costs each context a dozen statements.
        wolverine.Durability.ScheduledJobPollingTime = TimeSpan.FromSeconds(2);
        // After a crash, the messages of an outbox are sent 500 per poll and stream (the default is 100).
        wolverine.Durability.RecoveryBatchSize = 500;
        // Every poll would be a trace of its own.
        wolverine.Durability.NodeAssignmentHealthCheckTracingEnabled = false;
        if (builder.Configuration.Flag("AARYA_SOLO")) wolverine.Durability.Mode = DurabilityMode.Solo;

        wolverine.UseSystemTextJsonForSerialization(x => x.AsStoredJson(sealer));
        wolverine.UseHostTime();
        wolverine.Policies.Add(new ContextStorePolicy(hosted.Contexts));
        wolverine.Policies.AutoApplyTransactions();
        wolverine.Policies.UseDurableLocalQueues();
        wolverine.Policies.UseDurableInboxOnAllListeners();
        wolverine.Policies.UseDurableOutboxOnAllSendingEndpoints();

        // Without an end: the attempts during an outage count, too, and would make a lost race after it the last one.
        wolverine.OnException<Exception>(x => x is ConcurrencyException || Outage.IsRace(x))
            .RetryWithCooldown(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(250))
            .Then.ScheduleRetryIndefinitely(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
        // However long an outage lasts, it is not the message's fault: the message must not become a dead letter.
        wolverine.OnException<Exception>(Outage.IsOfMessage)
            .ScheduleRetryIndefinitely(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));

        if (hosted.Active.Count == 0) return;

        // The first context's schema also stores the node registry of this process; every context stores its own messages.
        var first = hosted.Active[0].Role;
        wolverine.PersistMessagesWithPostgresql(
            ContextDatabases.Source(new ContextDatabases(builder.Configuration).DirectOf(first)), first);
        wolverine.UseRedisStreams(hosted.Contexts, streams, builder.Configuration, sealer);
        wolverine.Policies.Add(new TracedIds([.. hosted.Active.Concat(hosted.Dormant).SelectMany(x => x.TracedIds)]));
        foreach (var module in hosted.Active) module.ConfigureWolverine(wolverine);
    }

    public static void MapAarya(this WebApplication app)
    {
        var hosted = app.Services.GetRequiredService<ActiveModules>();
        var contexts = hosted.Contexts;
        app.UseTraces();
        app.UseTelemetry(x => x.UseOperatorsPage());
        app.UseMesh();
        app.UseEdge(app.Services.GetRequiredService<ActiveRoles>());
        app.UseTelemetryOfContexts();
        app.MapWolverineEndpoints(http =>
        {
            http.RejectUnparseableQueryValues = true;
            http.CustomizeHttpEndpointDiscovery(q =>
            {
                foreach (var module in contexts.Dormant) q.Excludes.InNamespace(module.Namespace);
                if (app.Environment.IsProduction()) q.Excludes.WithAttribute<DevelopmentOnlyAttribute>();
            });
            http.UseCallers();
            http.UseFlags();
            http.AddMiddleware(typeof(ConflictProblem));
            http.UseValidators(app.Services.GetRequiredService<ValidatedTypes>());
            http.AddPolicy<JsonBodyPolicy>();
            http.AddPolicy<IdempotencyPolicy>();
        });
        app.MapHealth();
        app.MapApiDocument(app.Services.GetRequiredService<ActiveRoles>());
        app.MapFrontDoor(
        [
            new(ApiDocument.DocsPath, "API documentation", "Every operation, to read and to try"),
            new(ApiDocument.Path, "OpenAPI description", "The same for programs"),
            new(HealthEndpoints.Path, "Health", "Every part with its status and latency"),
        ]);
        app.MapContextRpc(
            hosted.Active.Select(x => x.Rpc)
                .Concat(hosted.Active.Concat(hosted.Dormant).Select(x => x.RpcOfEveryContext)).OfType<ContextRpc>(),
            app.Services.GetRequiredService<ActiveRoles>());
        app.MapProxy(contexts, app.Services.GetRequiredService<ActiveRoles>());
        foreach (var module in hosted.Active) module.MapEndpoints(app);
        if (!app.Services.GetRequiredService<ActiveRoles>().HostsGateway) return;
        foreach (var module in hosted.Active.Concat(hosted.Dormant)) module.MapAtEdge(app);
    }
}
