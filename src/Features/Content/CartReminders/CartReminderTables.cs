using Weasel.Postgresql.Tables;

namespace Aarya.Features.Content.CartReminders;

internal static class CartReminderTables
{
    public static IReadOnlyList<Table> All { get; } = [CartReminder()];

    // When a shopper was last reminded of a cart.
    private static Table CartReminder()
    {
        var reminder = new Table($"{Roles.Content}.cart_reminder");
        reminder.AddColumn("subject", "uuid").AsPrimaryKey();
        reminder.AddColumn("reminded_at", "timestamptz").NotNull();
        return reminder;
    }
}
