using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Redis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Infrastructure.Health;

/// <summary>The health endpoints of every process, for probes and operators.</summary>
public static class HealthEndpoints
{
    /// <summary>The process runs; restart it when this does not answer.</summary>
    public const string LivePath = "/health/live";

    /// <summary>The process can serve; send it no requests while this is 503.</summary>
    public const string ReadyPath = "/health/ready";

    /// <summary>Every part with its status and latency; a problem when any is down.</summary>
    public const string Path = "/health";

    internal static void AddHealth(this WebApplicationBuilder builder, ActiveContexts contexts, ActiveRoles roles)
    {
        builder.Services.AddSingleton<HealthReport>();
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddSingleton<HealthPart>(x =>
            new RedisStatePart(x.GetRequiredService<RedisConnections>(), vital: contexts.Active.Count > 0));
        builder.Services.AddSingleton<HealthPart>(x => new RedisCachePart(x.GetRequiredService<RedisConnections>()));
        foreach (var context in contexts.Active)
            builder.Services.AddSingleton<HealthPart>(x => new PostgresPart(context.Role, x.GetRequiredService<ContextDatabases>()));
        if (!roles.HostsGateway) return;
        foreach (var context in contexts.Dormant)
            builder.Services.AddSingleton<HealthPart>(x =>
                new ContextPart(x.GetServices<ContextClient>().Single(y => y.Role == context.Role)));
    }

    internal static void MapHealth(this WebApplication app)
    {
        app.MapGet(LivePath, () => Results.Ok(new { status = "up" })).Operational();
        app.MapGet(ReadyPath,
            async (HttpContext http, HealthReport report, Draining draining) =>
            {
                var health = await report.GetAsync();
                if (draining.HasBegun) health = health with { Status = Health.Draining, IsReady = false };
                await AnswerAsync(http, health, x => x.IsReady);
            })
            .Operational();
        app.MapGet(Path, async (HttpContext http, HealthReport report) => await AnswerAsync(http, await report.GetAsync(), x => x.IsUp))
            .Operational();
    }

    private static RouteHandlerBuilder Operational(this RouteHandlerBuilder endpoint) =>
        endpoint.ExcludeFromDescription().WithMetadata(new ForOperators());

    private static async Task AnswerAsync(HttpContext http, Health health, Func<Health, bool> isGood)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (isGood(health))
        {
            await http.Response.WriteAsJsonAsync(new { health.Status, health.Role, health.Parts }, AaryaJson.Options, http.RequestAborted);
            return;
        }

        http.Response.Headers.RetryAfter = "1";
        var problem = health.Status == Health.Draining
            ? Problem.Of(StatusCodes.Status503ServiceUnavailable, "health.draining", "The process is about to stop",
                "Send requests to another process.")
            : Problem.Of(StatusCodes.Status503ServiceUnavailable, $"health.{health.Status}", "Not everything answers",
                $"Down: {string.Join(", ", health.Parts.Where(x => !x.IsUp).Select(x => x.Name))}.");
        problem.Extensions["role"] = health.Role;
        problem.Extensions["parts"] = health.Parts;
        await Problems.WriteAsync(http, problem);
    }
}
