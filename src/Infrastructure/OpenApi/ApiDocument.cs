using System.Reflection;
using System.Text.Json.Nodes;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Edge;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using Wolverine.Http;

namespace Aarya.Infrastructure.OpenApi;

/// <summary>The description of the whole API at <see cref="Path"/>, and pages to read it at <see cref="DocsPath"/>.</summary>
public static class ApiDocument
{
    public const string Path = "/openapi/v1.json";

    public const string DocsPath = "/docs";

    private const string Name = "v1";

    internal static void AddApiDocument(this WebApplicationBuilder builder, ActiveContexts contexts, ActiveRoles roles, Assembly features)
    {
        var names = new SchemaNames(features);
        var description = DescriptionIn(features);
        builder.Services.AddOpenApi(Name, x =>
        {
            x.CreateSchemaReferenceId = names.Of;
            x.ShouldInclude = IsPublic;
            x.AddDocumentTransformer((document, _, _) => Describe(document, description));
            x.AddOperationTransformer<DescribeOperation>();
            x.AddSchemaTransformer<DescribeSchema>();
        });
        builder.Services.AddSingleton<WholeDocument>();
        foreach (var context in roles.HostsGateway ? contexts.Dormant : [])
            builder.Services.AddSingleton(_ =>
                new ContextClient(ContextAddress.Of(context.Role, builder.Configuration, builder.Environment)));
    }

    internal static void MapApiDocument(this WebApplication app, ActiveRoles roles)
    {
        app.MapGet(Path, async (WholeDocument document, HttpContext http) => await document.GetAsync(http.RequestAborted))
            .ExcludeFromDescription();
        if (!roles.HostsGateway) return;
        app.MapScalarApiReference(DocsPath, x =>
            {
                // Without the features that use the services of Scalar's maker.
                x.WithOpenApiRoutePattern(Path).WithTitle("Aarya").WithFavicon(Favicon.Path).DisableDefaultFonts().HideDeveloperTools()
                    .DisableAgent().DisableMcp().HideClientButton();
                x.AddPreferredSecuritySchemes("bearer");
                x.Telemetry = false;
            })
            // Only content from this server: the pages look the same without the internet.
            .WithMetadata(
                new PagePolicy(
                    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                    + "font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"));
    }

    private static bool IsPublic(ApiDescription description) =>
        description.ActionDescriptor is not WolverineActionDescriptor { Chain: { } chain }
        || !chain.HasAttribute<DevelopmentOnlyAttribute>();

    // What the API is about is written in a file of the features.
    private static string DescriptionIn(Assembly features)
    {
        using var text = features.GetManifestResourceStream("api.md");
        if (text is null) return "";
        using var reader = new StreamReader(text);
        return reader.ReadToEnd().TrimEnd('\n');
    }

    private static Task Describe(OpenApiDocument document, string description)
    {
        document.Info = new()
        {
            Title = "Aarya",
            Version = Name,
            Description = description,
        };
        document.Servers = [];
        document.Tags = document.Paths.Values.SelectMany(x => x.Operations ?? [])
            .SelectMany(x => x.Value.Tags ?? new HashSet<OpenApiTagReference>())
            .Select(x => x.Reference.Id!).Distinct().Order(StringComparer.Ordinal).Select(x => new OpenApiTag { Name = x }).ToHashSet();
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["bearer"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description =
                    "The `accessToken` of `POST /api/auth/guest` or `POST /api/auth/login`; valid for 15 minutes, renewed by `POST "
                    + "/api/auth/refresh`.",
            },
        };
        Refusals.Describe(document);
        return Task.CompletedTask;
    }
}

/// <summary>
/// The document of everything that the edge serves: of this process, and of the contexts behind it, which provide their own
/// parts. It is made once, and made again while the part of a context is missing.
/// </summary>
internal sealed class WholeDocument
{
    // Counts from when the document began to be made, and so is longer than the wait for a context.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly IOpenApiDocumentProvider own;
    private readonly List<ContextClient> contexts;
    private readonly Dictionary<string, JsonObject> told = [];
    private readonly FreshFor<Made> document;

    public WholeDocument([FromKeyedServices("v1")] IOpenApiDocumentProvider own, IEnumerable<ContextClient> contexts, TimeProvider time)
    {
        this.own = own;
        this.contexts = [.. contexts];
        document = new(time, x => x.IsComplete ? TimeSpan.MaxValue : Pause, MakeAsync);
    }

    private sealed record Made(ReadyAnswer Answer, bool IsComplete);

    public async Task<IResult> GetAsync(CancellationToken cancellation) =>
        (await document.GetAsync().AsTask().WaitAsync(cancellation)).Answer;

    private async Task<Made> MakeAsync()
    {
        await Task.WhenAll(contexts.Where(x => !told.ContainsKey(x.Role)).Select(AskAsync));
        var ours = await own.GetOpenApiDocumentAsync();
        var whole = JsonNode.Parse(await ours.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1))!.AsObject();
        foreach (var context in told.OrderBy(x => x.Key, StringComparer.Ordinal)) Merge(whole, context.Value);
        var away = contexts.Where(x => !told.ContainsKey(x.Role)).Select(x => x.Role).ToList();
        if (away.Count > 0)
            whole["info"]!["description"] =
                $"{whole["info"]!["description"]}\n\nNot described here, because they do not answer right now: {string.Join(", ", away)}.";
        return new(ReadyAnswer.Json(System.Text.Encoding.UTF8.GetBytes(whole.ToJsonString())), away.Count == 0);
    }

    private async Task AskAsync(ContextClient context)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            using var response = await context.GetAsync(ApiDocument.Path, limit.Token);
            response.EnsureSuccessStatusCode();
            var document = (await JsonNode.ParseAsync(
                await response.Content.ReadAsStreamAsync(limit.Token), cancellationToken: limit.Token))!.AsObject();
            lock (told) told[context.Role] = document;
        }
        catch (Exception e) when (Outage.Is(e) || limit.IsCancellationRequested)
        {
            // The next request tries again.
        }
    }

    // Every process names schemas by the same rule, so that the same name means the same schema.
    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (name, value) in from)
        {
            if (into[name] is JsonObject ours && value is JsonObject theirs && name is not "info") Merge(ours, theirs);
            else if (into[name] is JsonArray list && value is JsonArray more && name == "tags") Append(list, more);
            else if (!into.ContainsKey(name)) into[name] = value?.DeepClone();
        }
    }

    private static void Append(JsonArray list, JsonArray more)
    {
        foreach (var tag in more.Where(x => !list.Any(y => JsonNode.DeepEquals(x, y)))) list.Add(tag?.DeepClone());
    }
}
