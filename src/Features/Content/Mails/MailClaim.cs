using Marten;
using Npgsql;

namespace Aarya.Features.Content.Mails;

/// <summary>
/// Who is sending a mail at this moment, in <c>content.mail_claim</c>. A message that waits longer than a minute is handed to another
/// process, while the first still holds it: without the claim both would send the mail. No transaction is open meanwhile, because a mail
/// server may be slow.
/// </summary>
internal static class MailClaim
{
    /// <summary>Longer than any attempt takes. After a crash, another process waits this long.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromSeconds(30);

    /// <summary>Takes the claim, outside any transaction; false when another attempt has it.</summary>
    public static async Task<bool> TakeAsync(IQuerySession session, Guid mail, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into content.mail_claim as claim (mail_id, until) values ($1, $2)
            on conflict (mail_id) do update set until = excluded.until where claim.until < $3
            """)
        {
            Parameters = { new() { Value = mail }, new() { Value = now + Lasts }, new() { Value = now } },
        };
        return await session.ExecuteAsync(command, cancellation) == 1;
    }

    /// <summary>Gives the claim back after a failure, so that the next attempt need not wait.</summary>
    public static async Task ReleaseAsync(IQuerySession session, Guid mail)
    {
        await using var command = new NpgsqlCommand("delete from content.mail_claim where mail_id = $1")
        {
            Parameters = { new() { Value = mail } },
        };
        await session.ExecuteAsync(command, CancellationToken.None);
    }
}
