using Marten;

namespace Aarya.Features.Commerce.PriceAlerts;

/// <summary>Removes an alert that is as old as an alert may become.</summary>
public sealed record ForgetPriceAlert(Guid AlertId);

public static class ForgetPriceAlertHandler
{
    public static void Handle(ForgetPriceAlert command, IDocumentSession session) => session.Delete<PriceAlert>(command.AlertId);
}
