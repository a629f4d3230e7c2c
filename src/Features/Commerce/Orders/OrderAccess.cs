using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders;

/// <summary>Which orders a caller may see and change: their own, and all of them for staff.</summary>
internal static class OrderAccess
{
    public static bool CanSee(this Caller caller, Order order) => order.Subject == caller.Subject || caller.IsStaff;

    /// <summary>Another caller's order is reported as not found.</summary>
    public static ProblemDetails MustSee(this Caller caller, Order? order) => caller.MustSee(order, _ => WolverineContinue.NoProblems);

    /// <summary>As <see cref="MustSee(Caller, Order?)"/>, followed by a further check of the order.</summary>
    public static ProblemDetails MustSee(this Caller caller, Order? order, Func<Order, ProblemDetails> and) =>
        order is not null && caller.CanSee(order) ? and(order) : Problem.NotFound("order");

    /// <summary>The 409 of an action that the order's state does not allow.</summary>
    public static ProblemDetails Refuses(this Order order, string code, string what)
    {
        var problem = Problem.Conflict(code, "Not in this state", $"The order is {order.Status.Text()}: {what}");
        problem.Extensions["orderStatus"] = order.Status.Text();
        return problem;
    }

    /// <summary>For a fulfilment step: the order must have this status and no pending refund.</summary>
    public static ProblemDetails MustBe(this Order? order, OrderStatus status, string code) => order switch
    {
        null => Problem.NotFound("order"),
        { PaymentStatus: OrderPaymentStatus.RefundPending } => order.Refuses(code, "its refund is in progress."),
        _ when order.Status == status => WolverineContinue.NoProblems,
        _ => order.Refuses(code, $"it must be {status.Text()}."),
    };
}
