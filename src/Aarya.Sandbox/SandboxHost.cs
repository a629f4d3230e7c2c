using System.Security.Cryptography;
using System.Text;
using Aarya.Sandbox.Api;
using Aarya.Sandbox.Truth;
using Aarya.Sandbox.Webhooks;

namespace Aarya.Sandbox;

/// <summary>A running sandbox provider, in its own process or inside another one.</summary>
public sealed class SandboxHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private SandboxHost(WebApplication app, SandboxOptions options)
    {
        (this.app, Options, Url) = (app, options, app.Urls.First().TrimEnd('/'));
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Lifetime.ApplicationStopping.Register(ended.SetResult);
        Ended = ended.Task;
    }

    /// <summary>Completes when the provider stops, on request or because of <see cref="Fault"/>.</summary>
    public Task Ended { get; }

    /// <summary>
    /// Why the provider stopped by itself: it cannot answer without its journal. Null while it runs and after an ordinary stop.
    /// </summary>
    public Exception? Fault =>
        app.Services.GetServices<IHostedService>().OfType<PendingCharges>().Single().ExecuteTask?.Exception?.InnerException;

    public SandboxOptions Options { get; }

    /// <summary>The URL of the API.</summary>
    public string Url { get; }

    /// <param name="logs">The log of the process that hosts it; without one, it writes text to the console.</param>
    /// <exception cref="JournalInUseException">Another process has the journal open.</exception>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<SandboxHost> StartAsync(
        SandboxOptions options, ILoggerFactory? logs = null, CancellationToken cancellation = default)
    {
        // An empty builder, which ignores the settings of the hosting process (its URLs, its endpoints).
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(options.Listen);
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging(x => _ = logs is null
            ? x.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning)
            : x.AddProvider(new HostLog(logs)).SetMinimumLevel(LogLevel.Trace).AddFilter("Microsoft", LogLevel.Warning)
                .AddFilter("System", LogLevel.Warning));
        builder.Services.Configure<RouteHandlerOptions>(x => x.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(x => x.SerializerOptions.NumberHandling = Wire.Json.NumberHandling);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<SandboxState>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new Books(options.DataFolder, TimeProvider.System));
        builder.Services.AddHostedService<WebhookSender>();
        builder.Services.AddHostedService<PendingCharges>();

        var app = builder.Build();
        app.UseRouting();
        app.Use(RefuseUnreadable);
        app.MapGet("/health", () => Results.Ok());
        app.MapChallenge();
        var v1 = app.MapGroup("/v1").AddEndpointFilter(Authorise);
        v1.MapCharges();
        v1.MapRefunds();
        v1.MapControls();
        try
        {
            await app.StartAsync(cancellation);
        }
        catch
        {
            await app.Services.GetRequiredService<Books>().DisposeAsync();
            await app.DisposeAsync();
            throw;
        }

        var host = new SandboxHost(app, options);
        if (options.PublicUrl is null) app.Services.GetRequiredService<SandboxState>().PublicUrl = host.Url;
        return host;
    }

    private static async Task RefuseUnreadable(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            await Wire.Refuse(bad.StatusCode, "request_invalid", bad.Message).ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The shop stopped waiting; an answer would reach no client.
        }
    }

    private static ValueTask<object?> Authorise(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var options = context.HttpContext.RequestServices.GetRequiredService<SandboxOptions>();
        var sent = context.HttpContext.Request.Headers.Authorization.ToString();
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes($"Bearer {options.ApiKey}"))
            ? next(context)
            : ValueTask.FromResult<object?>(Wire.Refuse(401, "api_key_invalid", "The API key is not known."));
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        // The container does not dispose of an instance that was registered ready-made.
        await app.Services.GetRequiredService<Books>().DisposeAsync();
        await app.DisposeAsync();
    }
}
