using System.Net;
using System.IO.Compression;
using System.Text;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Logging;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Rates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Aarya.Infrastructure.Edge;

/// <summary>
/// The pipeline between the internet and the slices, the same in the gateway and in a process that hosts everything. A
/// context behind a gateway runs only a short part of it.
/// </summary>
public static class EdgePipeline
{
    internal static void AddEdge(this WebApplicationBuilder builder, ActiveRoles roles)
    {
        // Kestrel accepts a bare LF as the end of a line, unlike most proxies.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = JsonBody.Limit;
            // Room for a text of 10,000 characters: search refuses it in words, and not with a bare 414.
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.RequestHeaderEncodingSelector = HeaderBytes.EncodingOf;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            if (roles.HostsGateway) return;
            // The gateway has applied the limits to the client, and adds its own headers.
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 200;
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = 64 * 1024;
        });
        if (!roles.HostsGateway) return;

        var settings = EdgeSettings.From(builder.Configuration);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<RateCounter>();
        builder.Services.AddSingleton<RateLimits>();
        builder.Services.AddSingleton<TimeLimit>();
        builder.Services.AddSingleton<ReceivedBodies>();
        builder.Services.AddSingleton<ConcurrencyLimit>();
        builder.Services.AddCors(x => x.AddDefaultPolicy(policy => Allow(policy, settings)));
        builder.Services.AddResponseCompression(x =>
        {
            x.EnableForHttps = true;
            x.Providers.Add<BrotliCompressionProvider>();
            x.Providers.Add<GzipCompressionProvider>();
            x.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "application/problem+json"];
        });
        builder.Services.Configure<BrotliCompressionProviderOptions>(x => x.Level = CompressionLevel.Fastest);
        builder.Services.Configure<GzipCompressionProviderOptions>(x => x.Level = CompressionLevel.Fastest);
        builder.Services.Configure<ForwardedHeadersOptions>(x =>
        {
            x.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            x.ForwardLimit = 1;
            // Without an address to trust, the middleware would trust all. A socket has no address, and is reached by the proxy only.
            x.KnownProxies.Clear();
            x.KnownProxies.Add(IPAddress.None);
            x.KnownIPNetworks.Clear();
            foreach (var network in settings.TrustedProxies) x.KnownIPNetworks.Add(network);
        });
    }

    internal static void UseEdge(this WebApplication app, ActiveRoles roles)
    {
        if (!roles.HostsGateway)
        {
            app.UseProblems();
            app.Use(QueryWords.CheckAsync);
            app.UseAuthentication();
            app.UseAuthorization();
            app.Use(NilIds.CheckAsync);
            return;
        }

        var settings = app.Services.GetRequiredService<EdgeSettings>();
        app.UseForwardedHeaders();
        app.Use(app.Services.GetRequiredService<RequestLog>().WriteAsync);
        app.Use(ResponseHeaders.WrapAsync);
        app.UseResponseCompression();
        app.Use(NeverCompressTokens);
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.UseProblems();
        // UseCors answers a preflight itself: count it first. All other requests are counted below.
        app.UseWhen(IsPreflight, x => x.Use(limits.CountAsync));
        app.UseCors();
        if (settings.Origins.Count > 0 && !settings.Origins.Contains("*")) app.Use(VaryByOrigin);
        app.Use(app.Services.GetRequiredService<TimeLimit>().KeepAsync);
        // Before any answer, even a refusal: a request over its rate must not take the place of one that is processed.
        app.UseWhen(x => !IsPreflight(x), x => x.Use(limits.CountAsync));
        app.Use(MalformedRequests.CheckAsync);
        app.Use(QueryWords.CheckAsync);
        app.Use(app.Services.GetRequiredService<ReceivedBodies>().ReceiveAsync);
        app.Use(app.Services.GetRequiredService<ConcurrencyLimit>().AdmitAsync);
        app.UseAuthentication();
        app.Use(next => HubAccess.Guard(settings, next));
        app.UseAuthorization();
        app.Use(NilIds.CheckAsync);
    }

    private static bool IsPreflight(HttpContext http) => HttpMethods.IsOptions(http.Request.Method)
        && http.Request.Headers.Origin.Count > 0 && http.Request.Headers.AccessControlRequestMethod.Count > 0;

    // The answer to one of the shop's sites names that site: a cache must not give it to another one.
    private static Task VaryByOrigin(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(static state =>
        {
            var headers = ((HttpContext)state).Response.Headers;
            if (!headers.Vary.Any(x => x!.Contains("Origin", StringComparison.OrdinalIgnoreCase)))
                headers.Vary = StringValues.Concat(headers.Vary, "Origin");
            return Task.CompletedTask;
        }, http);
        return next(http);
    }

    // If an answer contains a secret and input of the caller, its compressed length reveals the secret (BREACH).
    private static Task NeverCompressTokens(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<IHttpsCompressionFeature>() is { } compression
            && http.GetEndpoint()?.Metadata.GetMetadata<AnswerIsNeverStoredAttribute>() is not null)
            compression.Mode = HttpsCompressionMode.DoNotCompress;
        return next(http);
    }

    private static void Allow(CorsPolicyBuilder policy, EdgeSettings settings)
    {
        policy.WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Request-Id",
                "traceparent", "tracestate",
                "X-Requested-With", "X-SignalR-User-Agent")
            .WithExposedHeaders("ETag", "Location", "Retry-After", "X-Request-Id", "traceparent", "Idempotency-Replayed")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10));
        if (settings.Origins.Contains("*")) policy.AllowAnyOrigin();
        // The hub's clients send credentials with their negotiation.
        else policy.WithOrigins([.. settings.Origins]).AllowCredentials();
    }
}
