using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Marten;

namespace Aarya.Features.Content.Staff;

/// <summary>The mailbox for what waits for the shop's staff: <c>STAFF_MAIL</c>. Without one, nothing is mailed.</summary>
/// <param name="address">Null when the shop has named no mailbox.</param>
public sealed class StaffMailbox(string? address, LetterTemplates letters)
{
    // Whose mails these are: nobody's, so that no person's erasure or export concerns them.
    private static readonly Guid Shop = Guid.Empty;

    /// <summary>Stores the mail with the session, and returns the message that sends it.</summary>
    /// <param name="id">One per occasion.</param>
    public async Task<SendEmail?> WriteAsync<T>(IDocumentSession session, LetterKind<T> kind, T facts, Guid id, DateTimeOffset now)
        where T : class
    {
        if (address is null) return null;
        var letter = await letters.WriteAsync(kind, Languages.English, facts);
        session.Store(letter.To(address, Shop, id, now));
        return new(id);
    }
}
