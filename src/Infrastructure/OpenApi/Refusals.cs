using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Aarya.Infrastructure.OpenApi;

/// <summary>The refusals that the pipeline itself makes, described once and referred to by every operation.</summary>
internal static class Refusals
{
    /// <summary>The statuses that every operation may answer.</summary>
    public static IReadOnlyList<int> OfEvery { get; } = [400, 406, 408, 413, 414, 429, 431, 502, 503, 504];

    // The server refuses these before there is a request that the program could answer.
    private static readonly int[] WithoutBody = [414, 431];

    private static readonly Dictionary<int, (string Name, string Description, bool RetryAfter)> Known = new()
    {
        [400] = ("Invalid", "The request is not valid for the operation; `errors` names every faulty member. Codes: `request.invalid`, "
            + "`request.ambiguous`, `idempotency.key_required`, `idempotency.key_invalid`. Bytes that are not HTTP are answered without "
            + "a body.", false),
        [401] = ("NotSignedIn",
            "There is no access token, or it is no longer valid. Codes: `auth.required`, `auth.token_expired`, `auth.token_invalid`, "
            + "`auth.session_ended`.", false),
        [403] = ("NotAllowed", "The caller's role does not allow it. Code: `auth.forbidden`.", false),
        [404] = ("NotFound", "It does not exist, or it belongs to another user. Code: the thing's name and `.not_found`.", false),
        [406] = ("NotAcceptable", "The client's `Accept` excludes JSON. Code: `request.not_acceptable`.", false),
        [408] = ("TooSlow", "The body did not arrive in time. Code: `request.timeout`.", false),
        [409] = ("Conflict", "It is not possible in the current state; `detail` says why. Codes: the operation's own, "
            + "`conflict.changed_meanwhile`, `conflict.already_exists`, `idempotency.in_progress`.", false),
        [412] = ("Changed", "It has changed since the client read it. Code: `request.precondition_failed`.", false),
        [413] = ("TooLarge", "The body is too large. Code: `request.too_large`.", false),
        [414] = ("TargetTooLong", "Path and query exceed 8 KB. The answer has no body.", false),
        [415] = ("MediaType", "The body is not JSON in UTF-8. Code: `request.media_type`.", false),
        [422] = ("Unprocessable",
            "The request is well formed but cannot be carried out, or its key belongs to another request. Codes: the operation's own, "
            + "`idempotency.key_reused`.", false),
        [428] = ("TagRequired", "`If-Match` is missing: send the `ETag` that was read. "
            + "Code: `request.precondition_required`.", false),
        [429] = ("TooManyRequests", "The client has sent too many requests. Code: `rate.limited`.", true),
        [431] = ("HeadersTooLarge", "The headers exceed 32 KB, or there are more than 100. The answer has no body.", false),
        [502] = ("BrokeOff", "A part of the shop broke off while it processed the request, which may have had its effect: repeat it with "
            + "the same `Idempotency-Key`. Code: `service.broke_off`.", false),
        [503] = ("Unavailable",
            "Something that the operation needs does not answer, or there are too many requests. Codes: `service.unavailable`, "
            + "`service.overloaded`.", true),
        [504] = ("TimedOut", "The request took longer than the shop allows, and may have had its effect: repeat it with the same "
            + "`Idempotency-Key`. Code: `service.timeout`.", false),
    };

    public static bool Has(int status) => Known.ContainsKey(status);

    public static OpenApiResponseReference Refer(int status, OpenApiDocument document) => new(Known[status].Name, document);

    public static void Describe(OpenApiDocument document)
    {
        document.Components ??= new();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[SchemaNames.Problem] = Problem();
        document.Components.Responses ??= new Dictionary<string, IOpenApiResponse>();
        foreach (var (status, refusal) in Known) document.Components.Responses[refusal.Name] = Response(refusal, status, document);
    }

    private static OpenApiResponse Response((string Name, string Description, bool RetryAfter) refusal, int status,
        OpenApiDocument document)
    {
        var response = new OpenApiResponse
        {
            Description = refusal.Description,
            Content = WithoutBody.Contains(status) ? null : new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new()
                {
                    Schema = new OpenApiSchemaReference(SchemaNames.Problem, document),
                    Example = Example(status),
                },
            },
        };
        if (refusal.RetryAfter)
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["Retry-After"] = new OpenApiHeader
                {
                    Description = "Seconds until a retry makes sense.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
                },
            };
        }

        return response;
    }

    private static readonly string Quantity =
        string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {int.MinValue} to {int.MaxValue}.");

    private static JsonObject? Example(int status) => status != 400 ? null : new()
    {
        ["type"] = "https://aarya.example/problems/request.invalid",
        ["title"] = "The request is not valid",
        ["status"] = status,
        ["detail"] = $"quantity {Quantity}",
        ["code"] = "request.invalid",
        ["errors"] = new JsonObject
        {
            ["quantity"] = new JsonArray(Quantity),
        },
        ["traceId"] = "0af7651916cd43dd8448eb211c80319c",
    };

    private static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Description =
            "Why a request was refused or failed (RFC 9457). Act on `code`, show `detail`, and give `traceId` when asking for help.",
        Required = new HashSet<string> { "type", "title", "status", "detail", "code", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri" },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            ["detail"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                MinLength = 1,
                Description = "What is wrong or what to do, in words for a person.",
            },
            ["code"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "Stable and dotted, with the thing first.",
                Examples = ["idempotency.key_reused"],
            },
            ["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "The faults by member of the request (`lines[0].quantity`), parameter or header.",
                AdditionalProperties = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema { Type = JsonSchemaType.String },
                },
            },
        },
    };
}
