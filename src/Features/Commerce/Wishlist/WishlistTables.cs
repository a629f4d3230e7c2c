using Weasel.Postgresql.Tables;

namespace Aarya.Features.Commerce.Wishlist;

internal static class WishlistTables
{
    public static IReadOnlyList<Table> All { get; } = [Wishlist()];

    private static Table Wishlist()
    {
        var wishlist = new Table($"{Roles.Commerce}.wishlist");
        wishlist.AddColumn("subject", "uuid").AsPrimaryKey();
        wishlist.AddColumn("sku", "text").AsPrimaryKey();
        wishlist.AddColumn("added_at", "timestamptz").NotNull();
        // What guests keep ends by itself; see WishlistPruning.
        wishlist.AddColumn("by_guest", "boolean").NotNull();
        wishlist.Indexes.Add(new IndexDefinition("wishlist_of_guests") { Columns = ["added_at"], Predicate = "by_guest" });
        return wishlist;
    }
}
