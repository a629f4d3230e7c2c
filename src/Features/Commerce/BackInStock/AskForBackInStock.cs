using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.Commerce.BackInStock;

/// <summary>
/// Asks for one e-mail when a sold-out SKU is back in stock. The answer is the same whether or not the address has asked before, so that
/// nobody can find out who waits.
/// </summary>
public sealed record AskForBackInStock(string Email)
{
    public override string ToString() => nameof(AskForBackInStock);

    public sealed class Validator : AbstractValidator<AskForBackInStock>
    {
        public Validator() => RuleFor(x => x.Email).NewEmailAddressOfAPerson();
    }
}

public static class AskForBackInStockEndpoint
{
    public static async Task<(WantedItem?, ProblemDetails)> LoadAsync(
        string sku, IDocumentSession session, CancellationToken cancellation)
    {
        var item = await WantedItem.FindLockedAsync(session, sku, cancellation);
        return (item, Decide(item));
    }

    public static ProblemDetails Decide(WantedItem? item) => item switch
    {
        null => Problem.NotFound("sku"),
        { Available: > 0 } => Problem.Conflict("sku.in_stock", "In stock", "The SKU is in stock: it can be ordered now."),
        _ => WolverineContinue.NoProblems,
    };

    [Refuses(409, "sku.in_stock", "The SKU is in stock: it can be ordered now.")]
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [WolverinePost("/api/inventory/{sku}/back-in-stock"), RateLimit("back_in_stock")]
    public static async Task<(IResult, OutgoingMessages)> Post(
        AskForBackInStock command, [NotBody] WantedItem item, Caller caller, IDocumentSession session, HttpContext http,
        DateTimeOffset now, CancellationToken cancellation)
    {
        var email = EmailAddress.Normalize(command.Email)!;
        var indexes = session.BlindIndexesOf(email);
        // Requests of one address wait for each other here, so that none is stored twice and none exceeds the limit.
        await session.LockAsync($"back in stock {indexes[0]}", cancellation);
        var awaited = await session.Query<BackInStockRequest>().Where(x => x.EmailIndex.IsOneOf(indexes)).Select(x => x.Sku)
            .ToListAsync(cancellation);
        if (awaited.Contains(item.Sku) || awaited.Count >= BackInStockRequest.MostPerAddress) return (Results.Accepted(), []);

        var request = new BackInStockRequest
        {
            Id = Guid.CreateVersion7(now),
            Sku = item.Sku,
            ProductId = item.ProductId,
            Subject = caller.Subject,
            Email = email,
            AskedAt = now,
            Language = Languages.Preferred(http.Request),
        };
        WaitingList.Add(session, request);
        return (Results.Accepted(), [new ForgetBackInStockRequest(request.Id).ScheduledAt(now + BackInStockRequest.Lifetime)]);
    }
}
