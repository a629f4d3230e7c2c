using Aarya.Infrastructure.Http;
using Aarya.Protos.Operations;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.DeadLetters;

/// <param name="Context">The context that could not handle the message.</param>
/// <param name="MessageId">The message's own id, which several handlers of one event share.</param>
/// <param name="Message">The context's name for the message.</param>
/// <param name="Reader">Who could not handle it: the stream, the context and the handler if there are several, or the queue.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Replaying">True while the message waits to be handled again.</param>
public sealed record DeadLetterView(
    Guid Id, string Context, Guid MessageId, string Message, string Reader, string ErrorType, string Error, DateTimeOffset SentAt,
    int Attempts, bool Replaying)
{
    public static DeadLetterView Of(string context, Letter letter) => new(
        Guid.Parse(letter.Id), context, Guid.Parse(letter.MessageId), letter.Message, letter.Reader, letter.ErrorType, letter.Error,
        DateTimeOffset.UnixEpoch.AddMicroseconds(letter.SentAtUnixUs), letter.Attempts, letter.Replaying);
}

/// <param name="Letters">How many letters match; 0 when the context does not answer.</param>
/// <param name="Answers">False when the context does not answer: its letters are missing.</param>
public sealed record ContextLetterCount(string Context, long Letters, bool Answers);

public sealed record DeadLetterPage(
    IReadOnlyList<DeadLetterView> Items, IReadOnlyList<ContextLetterCount> Contexts, string? NextCursor);

/// <summary>The messages that any context could not handle, the most recently sent first.</summary>
[Authorize("admin")]
public static class ListDeadLettersEndpoint
{
    private const int LargestPage = 100;

    public static ProblemDetails Validate(ContextLetters contexts, string? context = null, string? cursor = null, int limit = 50)
    {
        if (context is not null && !contexts.Has(context))
            return Problem.Invalid("context", $"must be one of {string.Join(", ", contexts.Names)}.");
        return PageCursor.Validate(limit, LargestPage, cursor);
    }

    [WolverineGet("/api/admin/dead-letters")]
    public static async Task<DeadLetterPage> Get(
        ContextLetters contexts, CancellationToken cancellation,
        string? context = null, string? message = null, string? errorType = null, string? cursor = null, int limit = 50)
    {
        var before = PageCursor.Parse(cursor);
        var pages = await Task.WhenAll(contexts.Names.Where(x => context is null || x == context)
            .Select(x => AskAsync(contexts, x, message, errorType, before, limit + 1, cancellation)));
        var letters = pages.SelectMany(x => x.Letters)
            .OrderByDescending(x => x.SentAt).ThenByDescending(x => x.Id).Take(limit + 1).ToList();
        var next = letters.Count > limit ? new PageCursor(letters[limit - 1].SentAt, letters[limit - 1].Id).ToString() : null;
        return new([.. letters.Take(limit)], [.. pages.Select(x => x.Count)], next);
    }

    // A context that is away must not hide the letters of the others.
    private static async Task<(ContextLetterCount Count, IReadOnlyList<DeadLetterView> Letters)> AskAsync(
        ContextLetters contexts, string name, string? message, string? errorType, PageCursor? before, int limit,
        CancellationToken cancellation)
    {
        try
        {
            var page = await contexts.Of(name).ListLettersAsync(
                new()
                {
                    Context = name,
                    Message = message ?? "",
                    ErrorType = errorType ?? "",
                    BeforeUnixUs = before is null ? 0 : before.At.ToUnixMicroseconds(),
                    BeforeId = before is null ? "" : $"{before.Id:D}",
                    Limit = limit,
                },
                cancellationToken: cancellation);
            return (new(name, page.Total, Answers: true), [.. page.Letters.Select(x => DeadLetterView.Of(name, x))]);
        }
        catch (RpcException) when (!cancellation.IsCancellationRequested)
        {
            // It is away, or of an earlier version without this service.
            return (new(name, 0, Answers: false), []);
        }
    }
}
