using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Commerce.PriceAlerts;

/// <summary>
/// Asks for one e-mail when a SKU costs less than now. The answer is the same whether or not the address has asked before, so that nobody
/// can find out who waits.
/// </summary>
public sealed record AskForPriceAlert(string Email)
{
    public override string ToString() => nameof(AskForPriceAlert);

    public sealed class Validator : AbstractValidator<AskForPriceAlert>
    {
        public Validator() => RuleFor(x => x.Email).NewEmailAddressOfAPerson();
    }
}

public static class AskForPriceAlertEndpoint
{
    [Transactional]
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [WolverinePost("/api/inventory/{sku}/price-alert"), RateLimit("back_in_stock")]
    public static async Task<(IResult, OutgoingMessages)> Post(
        string sku, AskForPriceAlert command, Caller caller, IDocumentSession session, HttpContext http, DateTimeOffset now,
        CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        // A price that is lowered at this moment is either the price of the alert, or finds the alert.
        if (await PricedItem.FindAsync(session, sku, cancellation, locked: true) is not { } item)
            return (Results.Problem(Problem.NotFound("sku")), []);
        var email = EmailAddress.Normalize(command.Email)!;
        var indexes = session.BlindIndexesOf(email);
        // Requests of one address wait for each other here, so that none is stored twice and none exceeds the limit.
        await session.LockAsync($"price alert {indexes[0]}", cancellation);
        var awaited = await session.Query<PriceAlert>().Where(x => x.EmailIndex.IsOneOf(indexes)).ToListAsync(cancellation);
        var known = awaited.FirstOrDefault(x => x.Sku == item.Sku);
        if (known?.Price == item.Price.Minor || (known is null && awaited.Count >= PriceAlert.MostPerAddress))
            return (Results.Accepted(), []);

        // Who asks again after a rise of the price wants to know when it falls below this one.
        if (known is not null) session.Delete(known);
        var alert = new PriceAlert
        {
            Id = Guid.CreateVersion7(now),
            Sku = item.Sku,
            ProductId = item.ProductId,
            Subject = caller.Subject,
            Email = email,
            Price = item.Price.Minor,
            AskedAt = now,
            Language = Languages.Preferred(http.Request),
        };
        session.Insert(alert);
        return (Results.Accepted(), [new ForgetPriceAlert(alert.Id).ScheduledAt(now + PriceAlert.Lifetime)]);
    }
}
