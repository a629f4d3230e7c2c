using Weasel.Postgresql.Tables;

namespace Aarya.Features.Content.Mails;

internal static class MailTables
{
    public static IReadOnlyList<Table> All { get; } = [MailClaim()];

    // The mails that are being sent at this moment; see MailClaim.
    private static Table MailClaim()
    {
        var claim = new Table($"{Roles.Content}.mail_claim");
        claim.AddColumn("mail_id", "uuid").AsPrimaryKey();
        claim.AddColumn("until", "timestamptz").NotNull();
        return claim;
    }
}
