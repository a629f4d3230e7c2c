using Aarya.Features.Commerce.Orders.Storefront;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Rates;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders.Links;

/// <summary>
/// Opens the order of an e-mailed link. The token is in the body, because URLs are logged. It can be used repeatedly for an hour, so that
/// the page can be reloaded.
/// </summary>
public sealed record OpenOrderLink(string Token)
{
    public override string ToString() => nameof(OpenOrderLink);

    public sealed class Validator : AbstractValidator<OpenOrderLink>
    {
        public Validator() => RuleFor(x => x.Token).NotEmpty().MaximumLength(OrderLink.LongestToken);
    }
}

/// <summary>An order, and what happened to it, the oldest first.</summary>
public sealed record LookedUpOrder(OrderView Order, IReadOnlyList<TimelineEntry> Timeline);

[AnswerIsNeverStored]
public static class OpenOrderLinkEndpoint
{
    public static async Task<(Order?, ProblemDetails)> LoadAsync(
        OpenOrderLink command, IQuerySession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var hash = OrderLink.HashOf(command.Token);
        var link = await session.Query<OrderLink>().FirstOrDefaultAsync(x => x.TokenHash == hash, cancellation);
        var order = link is null || link.ExpiresAt <= now ? null : await session.LoadAsync<Order>(link.OrderId, cancellation);
        return order is { IsForgotten: false }
            ? (order, WolverineContinue.NoProblems)
            : (null, Problem.Invalid("token", "has expired or is not valid: request a new e-mail.", "order.link_invalid"));
    }

    [Refuses(400, "order.link_invalid", "The link has expired or is not valid: request a new e-mail.")]
    [WolverinePost("/api/orders/lookup/open"), RateLimit("lookup")]
    public static async Task<LookedUpOrder> Post(
        OpenOrderLink command, [NotBody] Order order, IQuerySession session, HttpContext http, CancellationToken cancellation)
    {
        http.Response.Headers.CacheControl = "no-store";
        var facts = await session.Events.FetchStreamAsync(order.Id, token: cancellation);
        return new(OrderView.Of(order), [.. facts.Select(x => TimelineEntry.Of(x.Data)).OfType<TimelineEntry>()]);
    }
}
