using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

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

    private const int BodyLimit = 256 * 1024;

    private static readonly KeyedRequest Unkeyed = new();
    private static readonly KeyedRequest Done = new() { IsAnswered = true };

    private readonly Claim? claim;

    private KeyedRequest(Claim? claim = null) => this.claim = claim;

    /// <summary>True when the endpoint must not run: the answer is written already.</summary>
    public bool IsAnswered { get; private init; }

    private sealed record Claim(string Table, string Subject, string Key, byte[] RequestHash)
    {
        // One advisory lock per key, held until the transaction ends: a second request with the key finds it taken.
        public string Lock => $"{Table}\n{Subject}\n{Key}";
    }

    private sealed record Answer(int Status, string? ContentType, string? Location, string? ETag, byte[] Body);

    /// <summary>The key that a request was sent with, if any, or what is wrong with it.</summary>
    public static (string? Key, Microsoft.AspNetCore.Mvc.ProblemDetails? Fault) KeyOf(HttpRequest request)
    {
        var header = request.Headers[HeaderName];
        if (header.Count == 0) return (null, null);
        return header is [{ Length: >= 1 and <= 255 } key] && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? (key, null)
            : (null, Problem.Invalid(HeaderName, "must be one key of 1 to 255 visible ASCII characters.", "idempotency.key_invalid"));
    }

    /// <summary>Claims the request's key in the session's transaction, or answers: replayed, refused, or still running.</summary>
    public static async Task<KeyedRequest> BeginAsync(HttpContext http, IDocumentSession session, bool required)
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

        if (await http.ReadAllAsync(BodyLimit) is not { } body)
        {
            return await RefuseAsync(http, Problem.Of(StatusCodes.Status413PayloadTooLarge, "request.too_large", "The request is too large",
                "The limit of a request with an Idempotency-Key is 256 KB."));
        }

        var table = $"{session.DocumentStore.Options.DatabaseSchemaName}.{IdempotencyKeyTable.Name}";
        var claim = new Claim(table, SubjectOf(http), key, HashOf(http.Request, body));
        var (mine, hash, answer) = await ClaimAsync(session, claim, http.RequestAborted);
        if (answer is not null)
        {
            if (!CryptographicOperations.FixedTimeEquals(hash, claim.RequestHash))
            {
                return await RefuseAsync(http, Problem.Unprocessable("idempotency.key_reused", "This key belongs to another request",
                    "The Idempotency-Key was used before with another request: use a new key for a new operation."));
            }

            await ReplayAsync(http, answer);
            return Done;
        }

        if (mine) return new(claim);
        http.Response.Headers.RetryAfter = "1";
        return await RefuseAsync(http, Problem.Conflict("idempotency.in_progress", "Still running",
            "A request with this Idempotency-Key is in progress: repeat it in a moment to get its answer."));
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

    private static void Store(HttpContext http, IDocumentSession session, Claim claim, byte[] body, int status)
    {
        if (status is < 200 or > 299) return;
        var headers = http.Response.Headers;
        session.QueueSqlCommand(
            $"insert into {claim.Table} (subject, key, request_hash, status, content_type, location, etag, body) values (?, ?, ?, ?, ?, ?, "
            + $"?, ?)",
            claim.Subject, claim.Key, claim.RequestHash, status, Text(headers.ContentType), Text(headers.Location), Text(headers.ETag),
            // An answer contains the name and address of the recipient.
            Encoding.ASCII.GetBytes(SealerOf(http).Seal(body)));
    }

    private static object Text(Microsoft.Extensions.Primitives.StringValues header) =>
        (object?)header.ToString() is string { Length: > 0 } text ? text : DBNull.Value;

    private static async Task<(bool Mine, byte[]? RequestHash, Answer? Answer)> ClaimAsync(IDocumentSession session, Claim claim,
        CancellationToken cancellation)
    {
        await session.BeginTransactionAsync(cancellation);
        // Two statements in one round trip: the second sees what the lock's last holder has committed.
        await using var batch = new NpgsqlBatch(session.Connection)
        {
            BatchCommands =
            {
                AdvisoryLock.Trying(claim.Lock),
                new($"select request_hash, status, content_type, location, etag, body from {claim.Table} where subject = $1 and key = $2")
                {
                    Parameters = { new() { Value = claim.Subject }, new() { Value = claim.Key } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var mine = reader.GetBoolean(0);
        await reader.NextResultAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return (mine, null, null);
        return (mine, reader.GetFieldValue<byte[]>(0),
            new(reader.GetInt32(1), TextAt(2), TextAt(3), TextAt(4), reader.GetFieldValue<byte[]>(5)));

        string? TextAt(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    private static async Task ReplayAsync(HttpContext http, Answer answer)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.Headers[ReplayedHeaderName] = "true";
        if (answer.Location is not null) response.Headers.Location = answer.Location;
        if (answer.ETag is not null) response.Headers.ETag = answer.ETag;
        var body = SealerOf(http).Open(answer.Body);
        if (body.Length == 0) return;
        response.ContentType = answer.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static Sealer SealerOf(HttpContext http) => http.RequestServices.GetRequiredService<Sealer>();

    private static async Task<KeyedRequest> RefuseAsync(HttpContext http, Microsoft.AspNetCore.Mvc.ProblemDetails problem)
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
