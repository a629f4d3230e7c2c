using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders;

/// <summary>Whose orders a caller may see and touch: their own, and the shop's people all of them.</summary>
internal static class OrderAccess
{
    public static bool CanSee(this Caller caller, Order order) => order.Subject == caller.Subject || caller.IsStaff;

    /// <summary>Somebody else's order answers like a missing one.</summary>
    public static ProblemDetails MustSee(this Caller caller, Order? order) => caller.MustSee(order, _ => WolverineContinue.NoProblems);

    /// <summary>As <see cref="MustSee(Caller, Order?)"/>, and then what else must hold of the order.</summary>
    public static ProblemDetails MustSee(this Caller caller, Order? order, Func<Order, ProblemDetails> and) =>
        order is not null && caller.CanSee(order) ? and(order) : Problem.NotFound("order");

    /// <summary>The 409 of a move that the order's state does not allow.</summary>
    public static ProblemDetails Refuses(this Order order, string code, string what)
    {
        var problem = Problem.Conflict(code, "Not in this state", $"The order is {order.Status.Text()}: {what}");
        problem.Extensions["orderStatus"] = order.Status.Text();
        return problem;
    }

    /// <summary>For a step on the goods' way to the shopper: the order is in this state, and no money is on its way back.</summary>
    public static ProblemDetails MustBe(this Order? order, OrderStatus status, string code) => order switch
    {
        null => Problem.NotFound("order"),
        { PaymentStatus: PaymentStatus.RefundPending } => order.Refuses(code, "its money is on its way back."),
        _ when order.Status == status => WolverineContinue.NoProblems,
        _ => order.Refuses(code, $"it would have to be {status.Text()}."),
    };
}
