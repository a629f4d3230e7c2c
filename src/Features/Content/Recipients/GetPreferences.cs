using Aarya.Features.Content.Letters;
using Aarya.Infrastructure.Security;
using Marten;
using Wolverine.Http;

namespace Aarya.Features.Content.Recipients;

/// <param name="Kind">A kind of news that the shopper can stop, such as order_packed.</param>
/// <param name="Mail">Whether it is mailed.</param>
/// <param name="InApp">Whether it is shown in the account and on the open page.</param>
public sealed record Preference(string Kind, bool Mail, bool InApp)
{
    private static readonly Recipient Unknown = new();

    public static IReadOnlyList<Preference> Of(Recipient? recipient) =>
    [
        .. LetterKinds.Optional.Select(x =>
            new Preference(x.Name, (recipient ?? Unknown).IsMailed(x), recipient?.NotShown.Contains(x.Name) != true)),
    ];
}

public sealed record PreferencesView(IReadOnlyList<Preference> Kinds);

/// <summary>What the shop writes to the shopper about, by kind and channel. Kinds that cannot be stopped are not listed.</summary>
public static class GetPreferencesEndpoint
{
    [WolverineGet("/api/notifications/preferences")]
    public static async Task<PreferencesView> Get(Caller caller, IQuerySession session, CancellationToken cancellation) =>
        new(Preference.Of(await session.LoadAsync<Recipient>(caller.Subject, cancellation)));
}
