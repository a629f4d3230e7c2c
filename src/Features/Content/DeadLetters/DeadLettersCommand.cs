using System.Globalization;
using Aarya.Features.Content.Audit;
using Aarya.Features.Content.Contracts;
using Aarya.Protos.Operations;
using Grpc.Core;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Content.DeadLetters;

/// <summary>The arguments of <c>dead-letters</c>.</summary>
public sealed class DeadLettersInput : NetCoreInput
{
    [Description("What to do: list, show, replay or discard")]
    public string Action { get; set; } = "";

    [Description("The context of the letters; list shows all contexts without it")]
    public string ContextFlag { get; set; } = "";

    [Description("The letter to show, replay or discard")]
    public string IdFlag { get; set; } = "";

    [Description("Only letters with this message; replay takes it in place of an id")]
    public string MessageFlag { get; set; } = "";

    [Description("Only letters with this type of error")]
    public string ErrorTypeFlag { get; set; } = "";

    [Description("Why the message needs no handling; discard requires it")]
    public string ReasonFlag { get; set; } = "";
}

/// <summary>
/// The same as the back office's routes, for operators. No message runtime runs here, so an act is recorded in the stream of the audit
/// trail first and done afterwards.
/// </summary>
[Description("List, show, replay or discard the messages that a context could not handle", Name = "dead-letters")]
public sealed class DeadLettersCommand : JasperFxAsyncCommand<DeadLettersInput>
{
    private const int MostListed = 100;

    public override async Task<bool> Execute(DeadLettersInput input)
    {
        using var host = input.BuildHost();
        if (host.Services.GetService<ContextLetters>() is not { } contexts)
            return await RefuseAsync("this process does not host content: AARYA_ROLES must name it.");
        if (input.ContextFlag.Length > 0 && !contexts.Has(input.ContextFlag))
            return await RefuseAsync($"--context must be one of {string.Join(", ", contexts.Names)}.");
        var acts = host.Services.GetRequiredService<OperatorActs>();
        try
        {
            return input.Action switch
            {
                "list" => await ListAsync(contexts, input),
                "show" => await WithLetterAsync(contexts, input, ShowAsync),
                "replay" when input.IdFlag.Length == 0 => await ReplayAllAsync(contexts, input, acts),
                "replay" => await WithLetterAsync(contexts, input, letter => ReplayAsync(contexts, input, letter, acts)),
                "discard" when string.IsNullOrWhiteSpace(input.ReasonFlag) || input.ReasonFlag.Length > DiscardDeadLetter.LongestReason =>
                    await RefuseAsync($"discard needs --reason, of at most {DiscardDeadLetter.LongestReason} characters."),
                "discard" => await WithLetterAsync(contexts, input, letter => DiscardAsync(contexts, input, letter, acts)),
                _ => await RefuseAsync($"dead-letters cannot do '{input.Action}': write list, show, replay or discard."),
            };
        }
        catch (RpcException e)
        {
            return await RefuseAsync($"the context does not answer: {e.Status.Detail}");
        }
    }

    private static async Task<bool> ListAsync(ContextLetters contexts, DeadLettersInput input)
    {
        var all = true;
        foreach (var context in contexts.Names.Where(x => input.ContextFlag.Length == 0 || x == input.ContextFlag))
        {
            LetterPage page;
            try
            {
                page = await contexts.Of(context).ListLettersAsync(new()
                {
                    Context = context,
                    Message = input.MessageFlag,
                    ErrorType = input.ErrorTypeFlag,
                    Limit = MostListed,
                });
            }
            catch (RpcException e)
            {
                // A context that is away must not hide the letters of the others.
                all = await RefuseAsync($"{context} does not answer: {e.Status.Detail}");
                continue;
            }

            var more = page.Total > page.Letters.Count ? $", the newest {MostListed}" : "";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{context}: {page.Total} dead letters{more}"));
            foreach (var letter in page.Letters.Select(x => DeadLetterView.Of(context, x)))
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {letter.Id}  {letter.SentAt:u}  {letter.Message}  {letter.Reader}  {letter.ErrorType}: {letter.Error}"));
        }

        return all;
    }

    private static Task<bool> ShowAsync(Letter letter)
    {
        Console.WriteLine($"{letter.Message} for {letter.Reader}, tried {letter.Attempts} times\n{letter.ErrorType}: {letter.Error}");
        Console.WriteLine(letter.Body.Length == 0 ? "(not JSON)" : letter.Body);
        return Task.FromResult(true);
    }

    private static async Task<bool> ReplayAsync(
        ContextLetters contexts, DeadLettersInput input, Letter letter, OperatorActs acts)
    {
        await acts.RecordAsync(
            StaffActions.LetterReplayed, "dead_letter", letter.MessageId, ContextLetters.DetailsOf(input.ContextFlag, letter));
        var done = await contexts.Of(input.ContextFlag).ReplayLettersAsync(new() { Context = input.ContextFlag, Id = letter.Id });
        return Say($"{done.Letters} dead letters will be handled again.");
    }

    private static async Task<bool> ReplayAllAsync(ContextLetters contexts, DeadLettersInput input, OperatorActs acts)
    {
        if (input.ContextFlag.Length == 0 || input.MessageFlag.Length == 0)
            return await RefuseAsync("replay needs --context and either --id or --message.");
        var found = await contexts.Of(input.ContextFlag).ListLettersAsync(
            new() { Context = input.ContextFlag, Message = input.MessageFlag, ErrorType = input.ErrorTypeFlag });
        if (found.Total == 0) return Say("There are no such dead letters.");
        await acts.RecordAsync(StaffActions.LettersReplayed, "dead_letter", "",
            ("context", input.ContextFlag), ("message", input.MessageFlag), ("error_type", input.ErrorTypeFlag),
            ("letters", found.Total.ToString(CultureInfo.InvariantCulture)));
        var done = await contexts.Of(input.ContextFlag).ReplayLettersAsync(
            new() { Context = input.ContextFlag, Message = input.MessageFlag, ErrorType = input.ErrorTypeFlag });
        return Say($"{done.Letters} dead letters will be handled again.");
    }

    private static async Task<bool> DiscardAsync(
        ContextLetters contexts, DeadLettersInput input, Letter letter, OperatorActs acts)
    {
        await acts.RecordAsync(StaffActions.LetterDiscarded, "dead_letter", letter.MessageId,
            [.. ContextLetters.DetailsOf(input.ContextFlag, letter), ("reason", input.ReasonFlag)]);
        var done = await contexts.Of(input.ContextFlag).DiscardLetterAsync(new() { Context = input.ContextFlag, Id = letter.Id });
        return Say($"{done.Letters} dead letters are deleted.");
    }

    private static async Task<bool> WithLetterAsync(ContextLetters contexts, DeadLettersInput input, Func<Letter, Task<bool>> act)
    {
        if (input.ContextFlag.Length == 0 || !Guid.TryParse(input.IdFlag, out var id))
            return await RefuseAsync($"{input.Action} needs --context and --id, as list prints them.");
        return await contexts.FindAsync(input.ContextFlag, id, CancellationToken.None) is { } letter
            ? await act(letter)
            : await RefuseAsync($"{input.ContextFlag} has no dead letter {id}.");
    }

    private static bool Say(string text)
    {
        Console.WriteLine(text);
        return true;
    }

    private static async Task<bool> RefuseAsync(string text)
    {
        await Console.Error.WriteLineAsync($"aarya: {text}");
        return false;
    }
}
