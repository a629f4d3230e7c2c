namespace Aarya.Features.CorePlatform.Audit;

/// <summary>Every action that the audit trail records: those of this context, and those that other contexts report.</summary>
public static class AuditActions
{
    public const string AccountsListed = "user.listed";
    public const string AccountRead = "user.read";
    public const string RoleGranted = "user.role_granted";
    public const string RoleTaken = "user.role_taken";
    public const string FirstAdminNamed = "user.first_admin_named";
    public const string FlagChanged = "flag.changed";
    public const string FlagDeleted = "flag.deleted";

    /// <summary>What the other contexts record, by their StaffActions; a spec compares the lists.</summary>
    public static IReadOnlyList<string> OfOtherContexts { get; } =
    [
        "order.packed", "order.shipped", "order.delivered", "order.cancelled", "order.refund_requested", "stock.adjusted",
        "back_in_stock.withdrawn",
        "product.created", "product.edited", "product.published", "product.withdrawn", "product.archived", "product.unarchived",
        "category.set",
        "fraud_review.approved", "fraud_review.rejected", "synonyms.set", "synonyms.deleted", "curation.set", "curation.deleted",
        "index.refill_started", "dead_letter.replayed", "dead_letter.kind_replayed", "dead_letter.discarded", "stream.replayed",
        "suppression.lifted",
    ];

    public static IReadOnlyList<string> All { get; } =
        [AccountsListed, AccountRead, RoleGranted, RoleTaken, FirstAdminNamed, FlagChanged, FlagDeleted, .. OfOtherContexts];
}
