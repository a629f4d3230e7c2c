using Aarya.Features.Content.Contracts;
using Marten;

namespace Aarya.Features.Content.Recipients;

/// <summary>Remembers in which language a customer wants to be written to.</summary>
public static class FollowLanguageHandler
{
    public static async Task Handle(LanguageChosenNotice chosen, IDocumentSession session, CancellationToken cancellation)
    {
        var recipient = await session.LoadAsync<Recipient>(chosen.UserId, cancellation) ?? new Recipient { Id = chosen.UserId };
        recipient.Language = chosen.Language;
        session.Store(recipient);
    }
}
