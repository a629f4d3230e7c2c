using Marten;

namespace Aarya.Features.Commerce.Orders.Links;

/// <summary>Removes a link that has expired.</summary>
public sealed record ForgetOrderLink(Guid LinkId);

public static class ForgetOrderLinkHandler
{
    public static void Handle(ForgetOrderLink command, IDocumentSession session) => session.Delete<OrderLink>(command.LinkId);
}
