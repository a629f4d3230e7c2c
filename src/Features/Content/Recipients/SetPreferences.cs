using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Content.Recipients;

/// <param name="Mail">Whether it is mailed; unchanged when absent.</param>
/// <param name="InApp">Whether it is shown in the account and on the open page; unchanged when absent.</param>
public sealed record PreferenceChange(string Kind, bool? Mail = null, bool? InApp = null);

/// <summary>Sets what the shop writes to the shopper about. A kind or channel that is not named stays as it is.</summary>
public sealed record SetPreferences(IReadOnlyList<PreferenceChange> Kinds)
{
    public sealed class Validator : AbstractValidator<SetPreferences>
    {
        public Validator()
        {
            RuleFor(x => x.Kinds).NotEmpty().Must(x => x.DistinctBy(y => y?.Kind).Count() == x.Count)
                .WithMessage("must name each kind at most once.");
            var kinds = LetterKinds.Optional.Select(x => x.Name).ToArray();
            RuleForEach(x => x.Kinds).NotNull().ChildRules(x => x.RuleFor(y => y.Kind).Must(y => kinds.Contains(y))
                .WithMessage($"must be one of {string.Join(", ", kinds)}: other kinds cannot be stopped."));
        }
    }
}

public static class SetPreferencesEndpoint
{
    public static ProblemDetails Validate(SetPreferences command, Caller caller)
    {
        if (!caller.IsGuest) return WolverineContinue.NoProblems;
        var at = command.Kinds.ToList().FindIndex(x => x.Mail == true && LetterKinds.NeedsConsent(x.Kind));
        return at < 0
            ? WolverineContinue.NoProblems
            : Problem.Invalid($"kinds[{at}].mail", "must not be true for a guest: the shop has no address to write to.");
    }

    [Transactional]
    [WolverinePut("/api/notifications/preferences")]
    public static async Task<PreferencesView> Put(
        SetPreferences command, Caller caller, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var recipient = await Recipient.OfAsync(session, caller.Subject, cancellation);
        foreach (var change in command.Kinds)
        {
            if (change.Mail is { } mail) recipient.Mail(change.Kind, mail, now);
            if (change.InApp is { } inApp) recipient.Show(change.Kind, inApp);
        }

        session.Store(recipient);
        // A guest is nobody in particular: one who has entered the address of a stranger must not undo what the stranger has stopped.
        if (!caller.IsGuest)
        {
            string[] mailed = [.. command.Kinds.Where(x => x.Mail == true).Select(x => x.Kind)];
            await UndoOptOutsAsync(session, caller.Subject, mailed, now, cancellation);
        }

        return new(Preference.Of(recipient));
    }

    // Only what was stopped by a link in a mail to this account.
    private static async Task UndoOptOutsAsync(
        IDocumentSession session, Guid subject, string[] kinds, DateTimeOffset now, CancellationToken cancellation)
    {
        if (kinds.Length == 0) return;
        var addresses = await session.Query<EmailMessage>()
            .Where(x => x.Owner == subject && x.Kind.IsOneOf(kinds)).Select(x => x.ToIndex).Distinct().ToListAsync(cancellation);
        string[] indexes = [.. addresses];
        var known = await session.Query<Suppression>().Where(x => x.EmailIndex.IsOneOf(indexes)).ToListAsync(cancellation);
        foreach (var address in known.Select(x => x.Email).Order(StringComparer.Ordinal))
        {
            var suppression = await Suppression.OfAsync(session, address, now, cancellation);
            suppression.OptOuts = [.. suppression.OptOuts.Where(x => x.Subject != subject || !kinds.Contains(x.Kind))];
            if (suppression.OptOuts.Count == 0 && suppression.Reason == Suppression.Unsubscribed) session.Delete(suppression);
            else session.Store(suppression);
        }
    }
}
