using Aarya.Features.Commerce.Contracts;

namespace Aarya.Features.Commerce.Privacy;

public static class StartErasingBuyerHandler
{
    // The event with the orders is for the other contexts.
    public static EraseBuyer? Handle(UserErasedNotice erased) =>
        erased.Orders is null ? new(erased.UserId, erased.ErasureId, erased.Guests) : null;
}
