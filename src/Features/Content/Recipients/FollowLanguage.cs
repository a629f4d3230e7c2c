using Aarya.Features.Content.Contracts;
using Marten;

namespace Aarya.Features.Content.Recipients;

/// <summary>Remembers in which language a customer wants to be written to.</summary>
public static class FollowLanguageHandler
{
    public static async Task Handle(LanguageChosenNotice chosen, IDocumentSession session, CancellationToken cancellation)
    {
        var recipient = await Recipient.OfAsync(session, chosen.UserId, cancellation);
        recipient.Choose(chosen.Language, chosen.At);
        session.Store(recipient);
    }
}
