using Grpc.Core;

namespace Aarya.Infrastructure.Grpc;

/// <summary>
/// A context's service throws this to refuse a call: the caller gets the status and, as trailer <c>x-code</c>, the same
/// stable code that the problem details of the edge contain. Any other exception is a failure, not an answer, and reaches
/// the caller as <c>INTERNAL</c> or <c>UNAVAILABLE</c> without its text.
/// </summary>
public sealed class Refusal : RpcException
{
    /// <summary>Carries the stable code, dotted and lower case (<c>cart.line_limit</c>).</summary>
    public const string CodeTrailer = "x-code";

    /// <summary>Carries the name of the field that an <c>INVALID_ARGUMENT</c> is about, as the proto spells it.</summary>
    public const string FieldTrailer = "x-field";

    private Refusal(StatusCode status, string code, string detail, string? field = null)
        : base(new Status(status, detail), Trailing(code, field), detail) { }

    /// <summary><c>NOT_FOUND</c>; code <c>{thing}.not_found</c>. Another user's object is answered like a missing one.</summary>
    public static Refusal NotFound(string thing) =>
        new(StatusCode.NotFound, $"{thing}.not_found", $"There is no such {thing.Replace('_', ' ')}.");

    /// <summary><c>INVALID_ARGUMENT</c> about one field of the request.</summary>
    public static Refusal Invalid(string field, string message, string code = "request.invalid") =>
        new(StatusCode.InvalidArgument, code, $"{field}: {message}", field);

    /// <summary><c>FAILED_PRECONDITION</c>: valid, but not possible in the current state (too little stock, another status).</summary>
    public static Refusal Precondition(string code, string detail) => new(StatusCode.FailedPrecondition, code, detail);

    /// <summary><c>ALREADY_EXISTS</c>: another call has stored the same.</summary>
    public static Refusal AlreadyExists(string code, string detail) => new(StatusCode.AlreadyExists, code, detail);

    /// <summary><c>ABORTED</c>: another call does the same at this moment; a retry gets its answer.</summary>
    public static Refusal InProgress(string code, string detail) => new(StatusCode.Aborted, code, detail);

    /// <summary><c>UNAVAILABLE</c>: something outside this context did not answer; a retry may succeed.</summary>
    public static Refusal Unavailable(string code, string detail) => new(StatusCode.Unavailable, code, detail);

    /// <summary>The id in a request's field.</summary>
    /// <exception cref="Refusal">The text is not a UUID, or the nil one: <c>INVALID_ARGUMENT</c> naming the field.</exception>
    public static Guid UnlessUuid(string text, string field) =>
        Guid.TryParseExact(text, "D", out var id) && id != Guid.Empty ? id : throw Invalid(field, "must be a UUID.");

    internal static Refusal LostRace() =>
        new(StatusCode.Aborted, "conflict.changed_meanwhile",
            "Another request changed this at the same time: reload it and try again.");

    private static Metadata Trailing(string code, string? field)
    {
        var trailers = new Metadata { { CodeTrailer, code } };
        if (field is not null) trailers.Add(FieldTrailer, field);
        return trailers;
    }
}
