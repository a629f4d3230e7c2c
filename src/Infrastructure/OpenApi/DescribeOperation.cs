using System.Globalization;
using System.Reflection;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using Wolverine.Http;

namespace Aarya.Infrastructure.OpenApi;

/// <summary>
/// Describes every slice's endpoint from its code and from the pipeline: who may call it, which header makes it safe to repeat, and how it
/// is refused.
/// </summary>
internal sealed class DescribeOperation(ActiveContexts contexts, RatePolicies policies) : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor is not WolverineActionDescriptor { Chain: { } chain }) return Task.CompletedTask;
        var endpoint = chain.Method.HandlerType;
        var document = context.Document!;
        var writes = chain.HttpMethods.Any(x => x is "POST" or "PUT" or "PATCH" or "DELETE");
        var authorize = endpoint.GetCustomAttributes<AuthorizeAttribute>()
            .Concat(chain.Method.Method.GetCustomAttributes<AuthorizeAttribute>()).ToList();
        var takesCaller = authorize.Count > 0
            || endpoint.GetMethods().Any(x => x.GetParameters().Any(y => y.ParameterType == typeof(Caller)));

        operation.OperationId = OperationIdOf(chain);
        operation.Tags = new HashSet<OpenApiTagReference> { new(TagOf(endpoint), document) };
        operation.Summary = TitleOf(operation.OperationId);
        var said = SourceDocumentation.Of(chain.Method.Method) ?? SourceDocumentation.Of(endpoint)
            ?? (chain.RequestType is { } request ? SourceDocumentation.Of(request) : null);
        var own = endpoint.GetCustomAttributes<RefusesAttribute>().Concat(chain.Method.Method.GetCustomAttributes<RefusesAttribute>())
            .OrderBy(x => x.Status).ToList();
        operation.Description = string.Join("\n\n", new[] { said, Remarks(chain, authorize), Meanings(own) }.Where(x => x is not null));
        if (takesCaller) operation.Security = [new() { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
        if (writes && !chain.HasAttribute<AnswerIsNeverStoredAttribute>())
            AcceptKey(operation, chain.HasAttribute<IdempotencyKeyRequiredAttribute>());

        DropGuesses(operation,
            endpoint.GetCustomAttributes<ProducesResponseTypeAttribute>()
                .Concat(chain.Method.Method.GetCustomAttributes<ProducesResponseTypeAttribute>()));
        if (operation.Responses?.ContainsKey("304") == true)
            AcceptTag(operation, HeaderNames.IfNoneMatch, "An earlier `ETag`: if it is still current, the answer is 304 without a body.");
        if (operation.Responses?.ContainsKey("412") == true)
            AcceptTag(operation, HeaderNames.IfMatch,
                "The `ETag` that was read: if it is no longer current, nothing is changed and the answer is 412.");
        if (chain.Method.Method.GetCustomAttribute<AcceptsTagAttribute>() is { } tag)
            AcceptTag(operation, HeaderNames.IfMatch, tag.Meaning);

        if (own.Any(x => x.Status == StatusCodes.Status428PreconditionRequired))
        {
            AcceptTag(operation, HeaderNames.IfMatch, required: true, meaning:
                "The `ETag` that was read: if it is no longer current, nothing is changed and the answer is 409.");
        }

        var refusals = new SortedSet<int>(Refusals.OfEvery);
        if (chain.HasRequestType) refusals.Add(415);
        if (takesCaller) refusals.Add(401);
        if (authorize.Any(x => x.Policy is not null || x.Roles is not null)) refusals.Add(403);
        if (chain.RoutePattern!.Parameters.Count > 0) refusals.Add(404);
        if (writes) refusals.UnionWith([404, 409, 422]);
        refusals.UnionWith(own.Select(x => x.Status));
        Refuse(operation, refusals, document);
        return Task.CompletedTask;
    }

    // Wolverine assumes 404 for every endpoint, and 200 for one that declares another status.
    private static void DropGuesses(OpenApiOperation operation, IEnumerable<ProducesResponseTypeAttribute> declared)
    {
        var said = declared.Select(x => x.StatusCode).ToHashSet();
        if (!said.Contains(StatusCodes.Status404NotFound)) operation.Responses?.Remove("404");
        if (!said.Contains(StatusCodes.Status200OK) && operation.Responses is { Count: > 0 } responses
            && responses.Keys.Any(x => x is "201" or "202" or "204")) responses.Remove("200");
    }

    // A slice declares the status of its refusals; the description and the schema of a status are the same everywhere.
    private static void Refuse(OpenApiOperation operation, SortedSet<int> refusals, OpenApiDocument document)
    {
        operation.Responses ??= [];
        foreach (var status in operation.Responses.Keys.Select(x => int.TryParse(x, CultureInfo.InvariantCulture, out var status)
            ? status
            : 0).Where(Refusals.Has)) refusals.Add(status);
        foreach (var status in refusals)
            operation.Responses[status.ToString(CultureInfo.InvariantCulture)] = Refusals.Refer(status, document);
    }

    private static void AcceptKey(OpenApiOperation operation, bool required) => Accept(
        operation, KeyedRequest.HeaderName, required,
        "A new UUID for every new operation. The same request with the same key gets the same answer again and has no further effect (the "
        + "answer then contains `Idempotency-Replayed: true`).",
        new() { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 255, Pattern = "^[!-~]+$" });

    private static void AcceptTag(OpenApiOperation operation, string header, string meaning, bool required = false) =>
        Accept(operation, header, required, meaning, new() { Type = JsonSchemaType.String });

    private static void Accept(OpenApiOperation operation, string header, bool required, string meaning, OpenApiSchema schema) =>
        (operation.Parameters ??= [])
            .Add(new OpenApiParameter
            {
                Name = header,
                In = ParameterLocation.Header,
                Required = required,
                Description = meaning,
                Schema = schema,
            });

    private string? Remarks(HttpChain chain, IEnumerable<AuthorizeAttribute> authorize)
    {
        var remarks = new List<string>();
        if (authorize.Select(x => x.Policy).FirstOrDefault(x => x is not null and not "guest") is { } role)
            remarks.Add($"For the role `{role.Replace(" or ", "` or `", StringComparison.Ordinal)}`.");
        if ((chain.Method.Method.GetCustomAttribute<RateLimitAttribute>()
            ?? chain.Method.HandlerType.GetCustomAttribute<RateLimitAttribute>()) is { } limit)
        {
            var rate = policies.Named(limit.Policy);
            remarks.Add(string.Create(CultureInfo.InvariantCulture,
                $"At most {rate.Requests} requests in {rate.Window.TotalSeconds:0} s."));
        }

        return remarks.Count == 0 ? null : string.Join(' ', remarks);
    }

    private static string? Meanings(List<RefusesAttribute> own) =>
        own.Count == 0
            ? null
            : string.Join('\n', own.Select(x => string.Create(CultureInfo.InvariantCulture, $"- {x.Status} `{x.Code}`: {x.Meaning}")));

    // RefreshTokens: Refresh tokens.
    private static string TitleOf(string operationId) =>
        operationId[0]
            + string.Concat(operationId.Skip(1).Select(x => x == '_' ? ": " : char.IsUpper(x) ? $" {char.ToLowerInvariant(x)}" : $"{x}"))
                .Replace(":  ", ": ", StringComparison.Ordinal);

    private static string OperationIdOf(HttpChain chain)
    {
        var type = chain.Method.HandlerType;
        var name = type.Name.EndsWith("Endpoint", StringComparison.Ordinal) ? type.Name[..^"Endpoint".Length] : type.Name;
        var siblings = type.GetMethods().Count(x => x.GetCustomAttributes<WolverineHttpMethodAttribute>().Any());
        return siblings == 1 ? name : $"{name}_{chain.Method.Method.Name}";
    }

    // The folder of the slice: Cart, Orders, ...
    private string TagOf(Type endpoint) =>
        contexts.Owner(endpoint) is { } owner && endpoint.Namespace!.Length > owner.Namespace.Length
            ? endpoint.Namespace[(owner.Namespace.Length + 1)..].Split('.')[0]
            : endpoint.Namespace!.Split('.')[^1];
}
