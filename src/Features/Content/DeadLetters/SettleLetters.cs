using Aarya.Infrastructure.Messaging;
using Aarya.Protos.Operations;
using Wolverine.Runtime.Handlers;

namespace Aarya.Features.Content.DeadLetters;

/// <summary>
/// What staff decided about dead letters. It is committed together with the record for the audit trail. Its handler calls the letters' own
/// context until the call succeeds, so that every record has its act and every act its record.
/// </summary>
/// <param name="Id">The letter; null for all with this message and error.</param>
/// <param name="ErrorType">Empty for every error.</param>
/// <param name="Discards">True: the letter is deleted. False: its message is handled again.</param>
public sealed record SettleLetters(string Context, Guid? Id, string Message, string ErrorType, bool Discards)
{
    public static SettleLetters Replay(string context, Guid id) => new(context, id, "", "", Discards: false);

    public static SettleLetters ReplayAll(string context, string message, string errorType) =>
        new(context, null, message, errorType, Discards: false);

    public static SettleLetters Discard(string context, Guid id) => new(context, id, "", "", Discards: true);
}

public static class SettleLettersHandler
{
    public static void Configure(HandlerChain chain) => chain.NeverGivesUp();

    public static async Task Handle(SettleLetters settle, ContextLetters contexts, CancellationToken cancellation)
    {
        var id = settle.Id is { } one ? $"{one:D}" : "";
        if (settle.Discards)
            await contexts.Of(settle.Context).DiscardLetterAsync(
                new LetterKey { Context = settle.Context, Id = id }, cancellationToken: cancellation);
        else
            await contexts.Of(settle.Context).ReplayLettersAsync(
                new() { Context = settle.Context, Id = id, Message = settle.Message, ErrorType = settle.ErrorType },
                cancellationToken: cancellation);
    }
}
