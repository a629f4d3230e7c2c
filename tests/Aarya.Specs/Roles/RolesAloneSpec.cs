using System.Security.Cryptography;
using System.Text.Json;
using Aarya.Features;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Proxy;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Runtime.Handlers;

namespace Aarya.Specs.Roles;

using Roles = Features.Roles;

/// <summary>Each role on its own, as production runs it: one code generation serves all, and each hosts only what is its own.</summary>
public sealed class RolesAloneSpec(AaryaFixture fixture, RolesAloneSpec.Production production) : IClassFixture<RolesAloneSpec.Production>
{
    public static TheoryData<string> EveryRole => [ActiveRoles.All, ActiveRoles.Gateway, .. Roles.Contexts];

    [Theory]
    [MemberData(nameof(EveryRole))]
    public async Task a_role_maps_its_own_routes_and_handles_its_own_messages_and_no_others(string role)
    {
        var contexts = Modules.All.Where(x => role == ActiveRoles.All || x.Role == role).ToList();
        var hosted = await production.HostedByAsync(role);

        // The pages of people who develop against the shop do not exist in production.
        var routes = contexts.SelectMany(ContextRoutes.Of).Where(x => !x.IsDevelopmentOnly);
        Assert.Equal(routes.Select(x => $"{x.Method} {x.Template}").Order(), hosted.Routes.Order());
        var own = fixture.Host.Services.GetRequiredService<HandlerGraph>().Chains.SelectMany(x => x.ByEndpoint.Append(x))
            .SelectMany(x => x.Handlers)
            .Select(x => x.HandlerType).Where(x => contexts.Any(context => context.Owns(x))).Select(x => x.FullName!).Distinct();
        Assert.Equal(own.Order(), hosted.Handlers.Order());
    }

    private sealed record Hosted(string[] Routes, string[] Handlers);

    /// <summary>The static program, a migrated database, a Redis, and the secrets that production asks for.</summary>
    public sealed class Production : IAsyncLifetime
    {
        // Starts as the program does, prints what it hosts, and stops.
        private const string Main = """
            using Aarya.Features;
            using Aarya.Infrastructure.Hosting;
            using Wolverine.Http;
            using Wolverine.Runtime.Handlers;

            await using var app = AaryaHost.Build(args, Modules.All);
            await app.StartAsync();
            var routes = app.Services.GetRequiredService<EndpointDataSource>().Endpoints
                .Select(x => x.Metadata.GetMetadata<HttpChain>()).OfType<HttpChain>()
                .Where(x => x.Method.HandlerType.Assembly == typeof(Modules).Assembly)
                .SelectMany(x => x.HttpMethods.Select(method => $"{method} {x.RoutePattern!.RawText}"));
            var handlers = app.Services.GetRequiredService<HandlerGraph>().Chains
                .SelectMany(x => x.ByEndpoint.Append(x)).SelectMany(x => x.Handlers)
                .Select(x => x.HandlerType).Where(x => x.Assembly == typeof(Modules).Assembly).Select(x => x.FullName).Distinct();
            Console.WriteLine("hosts " + System.Text.Json.JsonSerializer.Serialize(new { routes, handlers }));
            await app.StopAsync();
            """;

        private readonly string encryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        private readonly string sockets = Directory.CreateTempSubdirectory("aarya-roles-").FullName;
        private StaticProgram program = null!;
        private SpecDatabase database = null!;
        private RedisServer redis = null!;

        public async ValueTask InitializeAsync()
        {
            database = await SpecDatabase.EmptyAsync();
            redis = await RedisServer.StartAsync();
            var migrated = ChildProgram.AaryaAsync(["migrate"],
                new Dictionary<string, string>(Settings(ActiveRoles.All)) { ["ASPNETCORE_ENVIRONMENT"] = "Development" });
            program = await StaticProgram.BuildAsync(Main);
            Assert.True((await migrated).ExitCode == 0, (await migrated).Error);
        }

        public async Task<(IReadOnlyList<string> Routes, IReadOnlyList<string> Handlers)> HostedByAsync(string role)
        {
            var run = await program.RunAsync(["--roles", role], WithOwnLogins(Settings(role)));
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            var said = run.Output.Split('\n').Single(x => x.StartsWith("hosts ", StringComparison.Ordinal))["hosts ".Length..];
            var hosted = JsonSerializer.Deserialize<Hosted>(said, JsonSerializerOptions.Web)!;
            return (hosted.Routes, hosted.Handlers);
        }

        // A process gets the logins of its contexts, and not the one from which all of them can be derived.
        private Dictionary<string, string> WithOwnLogins(Dictionary<string, string> settings)
        {
            using var databases = new ContextDatabases(
                new ConfigurationBuilder().AddInMemoryCollection([new("DATABASE_URL", database.Url)]).Build());
            settings.Remove("DATABASE_URL");
            var role = settings["AARYA_ROLES"];
            foreach (var context in Roles.Contexts.Where(x => role == x || role == ActiveRoles.All))
                settings[$"{context.ToUpperInvariant()}_DATABASE_URL"] = databases.Of(context);
            return settings;
        }

        private Dictionary<string, string> Settings(string role)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new()
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["AARYA_ROLES"] = role,
                ["AARYA_SOCKET_DIR"] = sockets,
                ["AARYA_URLS"] = $"http://127.0.0.1:{Ports.Free()}",
                ["AARYA_SOLO"] = "true",
                ["DATABASE_URL"] = database.Url,
                ["REDIS_URL"] = redis.Url,
                ["SMTP_URL"] = "smtp://127.0.0.1:1",
                ["PAYMENT_PROVIDER_URL"] = "http://127.0.0.1:1",
                ["PAYMENT_API_KEY"] = "key",
                ["PAYMENT_WEBHOOK_SECRET"] = "secret",
                ["STOREFRONT_URL"] = "https://aarya.example",
                ["AARYA_PUBLIC_URL"] = "https://backend.aarya.example",
                ["JWT_SECRET"] = key.ExportPkcs8PrivateKeyPem(),
                ["ENCRYPTION_KEY"] = encryptionKey,
            };
        }

        public async ValueTask DisposeAsync()
        {
            program.Dispose();
            await redis.DisposeAsync();
            await database.DisposeAsync();
            Directory.Delete(sockets, recursive: true);
        }
    }
}
