using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Orders.BackOffice;

/// <summary>Records that a carrier has picked up an order; from then on its goods can only come back as a return.</summary>
/// <param name="TrackingUrl">The carrier's page about this parcel: the shopper's mail links to it.</param>
public sealed record ShipOrder(string Carrier, string TrackingNumber, string? TrackingUrl = null)
{
    public sealed class Validator : AbstractValidator<ShipOrder>
    {
        public Validator()
        {
            RuleFor(x => x.Carrier).TextOfAPerson(100);
            RuleFor(x => x.TrackingNumber).TextOfAPerson(100);
            RuleFor(x => x.TrackingUrl).Must(x => x is null || IsWebAddress(x))
                .WithMessage("must be an https address of at most 500 characters.");
        }

        private static bool IsWebAddress(string text) =>
            text.Length <= 500 && text.All(x => x is > ' ' and < '\x7f')
            && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.UserInfo.Length == 0;
    }
}

public static class ShipOrderEndpoint
{
    public static ProblemDetails Validate(Order? order) => order.MustBe(OrderStatus.Packed, "order.not_shippable");

    [Refuses(409, "order.not_shippable", "The order's status is not `packed`, or its refund is in progress. `detail` names its status.")]
    [WolverinePost("/api/admin/orders/{id:guid}/ship"), Authorize("support")]
    public static async Task<(OrderView, Events, OutgoingMessages)> Post(
        ShipOrder command, Guid id, Caller caller,
        [WriteAggregate(nameof(id), LoadStyle = ConcurrencyStyle.Exclusive, Required = false)] Order? order,
        IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var shipped = new OrderShipped(
            PersonText.Compose(command.Carrier), PersonText.Compose(command.TrackingNumber), now, command.TrackingUrl);
        var (events, news) = await OrderMessages.OfAsync(session, order!, [shipped], cancellation);
        news.Add(StaffActedNotice.Of(caller, StaffActions.OrderShipped, "order", $"{id:D}", now));
        return (OrderView.Of(order!.After(shipped)), events, news);
    }
}
