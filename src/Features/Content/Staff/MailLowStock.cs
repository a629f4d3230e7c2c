using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Marten;

namespace Aarya.Features.Content.Staff;

/// <summary>Mails staff which SKUs have become low in stock.</summary>
public static class MailLowStockHandler
{
    public static Task<SendEmail?> Handle(StockLowNotice low, StaffMailbox staff, IDocumentSession session, DateTimeOffset now) =>
        staff.WriteAsync(session, LetterKinds.LowStock, low, low.ReportId, now);
}
