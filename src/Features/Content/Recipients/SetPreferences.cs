using Aarya.Features.Content.Letters;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Content.Recipients;

/// <summary>Sets what the shopper is written to about. A kind that is not named stays as it is.</summary>
public sealed record SetPreferences(IReadOnlyList<Preference> Kinds)
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
    [Transactional]
    [WolverinePut("/api/notifications/preferences")]
    public static async Task<PreferencesView> Put(
        SetPreferences command, Caller caller, IDocumentSession session, CancellationToken cancellation)
    {
        var recipient = await session.LoadAsync<Recipient>(caller.Subject, cancellation) ?? new Recipient { Id = caller.Subject };
        foreach (var preference in command.Kinds)
        {
            recipient.NotMailed = Changed(recipient.NotMailed, preference.Kind, stops: !preference.Mail);
            recipient.NotShown = Changed(recipient.NotShown, preference.Kind, stops: !preference.InApp);
        }

        session.Store(recipient);
        return new(Preference.Of(recipient));
    }

    private static IReadOnlyList<string> Changed(IReadOnlyList<string> stopped, string kind, bool stops) =>
        stops ? [.. stopped.Append(kind).Distinct(StringComparer.Ordinal)] : [.. stopped.Where(x => x != kind)];
}
