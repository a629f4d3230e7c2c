using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;
using ProblemDetails = Microsoft.AspNetCore.Mvc.ProblemDetails;

namespace Aarya.Infrastructure.Idempotency;

/// <summary>
/// One request under its <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header). The key is claimed first in
/// the transaction that also carries the effect, and the answer is stored last in it: both happen or neither does. Only
/// successes are stored; a refused request leaves its key free.
/// </summary>
public sealed class KeyedRequest
{
    /// <summary>The request header.</summary>
    public const string HeaderName = "Idempotency-Key";

    /// <summary>Set to <c>true</c> on an answer that repeats an earlier one.</summary>
    public const string ReplayedHeaderName = "Idempotency-Replayed";

    /// <summary>The most characters of a key.</summary>
    public const int LongestKey = 255;

    private const int BodyLimit = 256 * 1024;

    private static readonly KeyedRequest Unkeyed = new();
    private static readonly KeyedRequest Done = new() { IsAnswered = true };

    private static readonly Counter<long> Repeats = ShopMeter.Counter("aarya_idempotency_repeats",
        "Requests with an Idempotency-Key that was used before: replayed, reused for another request (422), or in progress (409).");

    private readonly KeyClaim? claim;

    private KeyedRequest(KeyClaim? claim = null) => this.claim = claim;

    /// <summary>True when the endpoint must not run: the answer is written already.</summary>
    public bool IsAnswered { get; private init; }

    /// <summary>The key that a request was sent with, if any, or what is wrong with it.</summary>
    public static (string? Key, ProblemDetails? Fault) KeyOf(HttpRequest request)
    {
        var header = request.Headers[HeaderName];
        if (header.Count == 0) return (null, null);
        return header is [{ Length: >= 1 and <= LongestKey } key] && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? (key, null)
            : (null, Problem.Invalid(HeaderName, "must be one key of 1 to 255 visible ASCII characters.", "idempotency.key_invalid"));
    }

    /// <summary>
    /// Reads the request's key and answers a repeated request. It opens no transaction, so that nothing is held while the endpoint asks
    /// other contexts; <see cref="ClaimAsync"/> follows.
    /// </summary>
    public static async Task<KeyedRequest> ReadAsync(HttpContext http, IDocumentSession session, bool required)
    {
        var request = await OfAsync(http, required);
        if (request.claim is null) return request;
        var answer = await KeyedAnswers.FindAsync(session, request.claim, SealerOf(http), http.RequestAborted);
        return answer is null ? request : await AnswerAsync(http, request.claim, answer);
    }

    /// <summary>Claims the key in the session's transaction, or answers: replayed, refused, or still running.</summary>
    public async Task<KeyedRequest> ClaimAsync(HttpContext http, IDocumentSession session)
    {
        if (claim is null) return this;
        var (mine, answer) = await KeyedAnswers.ClaimAsync(session, claim, SealerOf(http), http.RequestAborted);
        if (answer is not null) return await AnswerAsync(http, claim, answer);
        if (mine) return this;
        http.Response.Headers.RetryAfter = "1";
        Repeats.Add(1, new KeyValuePair<string, object?>("outcome", "in_progress"));
        return await RefuseAsync(http, InProgress);
    }

    /// <summary>Reads the request's key and claims it at once.</summary>
    public static async Task<KeyedRequest> BeginAsync(HttpContext http, IDocumentSession session, bool required) =>
        await (await OfAsync(http, required)).ClaimAsync(http, session);

    /// <summary>The refusal of a key that was used with another request.</summary>
    public static ProblemDetails Reused => Problem.Unprocessable("idempotency.key_reused", "This key belongs to another request",
        "The Idempotency-Key was used before with another request: use a new key for a new operation.");

    /// <summary>The refusal of a key whose first request is not answered yet.</summary>
    public static ProblemDetails InProgress => Problem.Conflict("idempotency.in_progress", "Still running",
        "A request with this Idempotency-Key is in progress: repeat it in a moment to get its answer.");

    private static async Task<KeyedRequest> OfAsync(HttpContext http, bool required)
    {
        var (key, fault) = KeyOf(http.Request);
        if (fault is not null) return await RefuseAsync(http, fault);
        if (key is null)
        {
            return required
                ? await RefuseAsync(http,
                    Problem.Invalid(HeaderName, "is required: send a new UUID for every new operation.",
                        "idempotency.key_required"))
                : Unkeyed;
        }

        return await http.ReadAllAsync(BodyLimit) is { } body
            ? new(new(SubjectOf(http), key, HashOf(http.Request, body)))
            : await RefuseAsync(http, Problem.Of(StatusCodes.Status413PayloadTooLarge, "request.too_large", "The request is too large",
                "The limit of a request with an Idempotency-Key is 256 KB."));
    }

    private static async Task<KeyedRequest> AnswerAsync(HttpContext http, KeyClaim claim, KeyedAnswer answer)
    {
        var fits = answer.Answers(claim);
        Repeats.Add(1, new KeyValuePair<string, object?>("outcome", fits ? "replayed" : "reused"));
        if (!fits) return await RefuseAsync(http, Reused);
        await ReplayAsync(http, answer);
        return Done;
    }

    /// <summary>Stores the answer of an endpoint that returns a body, or an <see cref="IResult"/>, together with its effect.</summary>
    public async Task RecordAsync<T>(HttpContext http, IDocumentSession session, T answer)
    {
        if (claim is null || answer is null) return;
        byte[] body;
        switch (answer)
        {
            case IResult result:
                body = await CaptureAsync(http, result);
                break;
            case string text:
                body = Encoding.UTF8.GetBytes(text);
                http.Response.ContentType = "text/plain";
                break;
            default:
                body = JsonSerializer.SerializeToUtf8Bytes(answer,
                    http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
                http.Response.ContentType = "application/json; charset=utf-8";
                break;
        }

        Store(http, session, claim, body, http.Response.StatusCode);
    }

    /// <summary>Stores the answer of an endpoint that returns no body: 204 unless it has set another status.</summary>
    public void RecordEmpty(HttpContext http, IDocumentSession session)
    {
        if (claim is null) return;
        Store(http, session, claim, [],
            http.Response.StatusCode == StatusCodes.Status200OK ? StatusCodes.Status204NoContent : http.Response.StatusCode);
    }

    private static void Store(HttpContext http, IDocumentSession session, KeyClaim claim, byte[] body, int status)
    {
        if (status is < 200 or > 299) return;
        var headers = http.Response.Headers;
        KeyedAnswers.Store(session, claim,
            new(claim.RequestHash, status, Text(headers.ContentType), Text(headers.Location), Text(headers.ETag), body), SealerOf(http));
    }

    private static string? Text(Microsoft.Extensions.Primitives.StringValues header) =>
        header.ToString() is { Length: > 0 } text ? text : null;

    private static async Task ReplayAsync(HttpContext http, KeyedAnswer answer)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.Headers[ReplayedHeaderName] = "true";
        if (answer.Location is not null) response.Headers.Location = answer.Location;
        if (answer.ETag is not null) response.Headers.ETag = answer.ETag;
        var body = answer.Body;
        if (body.Length == 0) return;
        response.ContentType = answer.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static Sealer SealerOf(HttpContext http) => http.RequestServices.GetRequiredService<Sealer>();

    private static async Task<KeyedRequest> RefuseAsync(HttpContext http, ProblemDetails problem)
    {
        await Problems.WriteAsync(http, problem);
        return Done;
    }

    // The result runs once into memory and, after the commit, once more into the response.
    private static async Task<byte[]> CaptureAsync(HttpContext http, IResult result)
    {
        var response = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var body = new MemoryStream();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        try
        {
            await result.ExecuteAsync(http);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
        finally
        {
            http.Features.Set(response);
        }

        return body.ToArray();
    }

    private static byte[] HashOf(HttpRequest request, byte[] body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method}\n{request.Path}{request.QueryString}\n"));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    // The keys of callers without a token are separate per route and network address.
    private static string SubjectOf(HttpContext http) => http.FindCaller() is { } caller
        ? caller.Subject.ToString()
        : $"anonymous:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            $"{http.Request.Method} {http.Request.Path}\n{http.Connection.RemoteIpAddress}")))[..32]}";
}
