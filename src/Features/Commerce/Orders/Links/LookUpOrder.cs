using Aarya.Features.Commerce.Checkout;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Rates;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders.Links;

/// <summary>
/// Requests access to an order without an account or the token it was placed with. If number and address match an order, a link that opens
/// it for an hour is e-mailed to that address. The answer and its duration do not reveal whether they match.
/// </summary>
/// <param name="Number">As in the confirmation; case, spaces and hyphens are ignored.</param>
/// <param name="Email">The address that the order was placed with.</param>
public sealed record LookUpOrder(string Number, string Email)
{
    public override string ToString() => nameof(LookUpOrder);

    public sealed class Validator : AbstractValidator<LookUpOrder>
    {
        public Validator()
        {
            RuleFor(x => x.Number).TextOfAPerson(40);
            RuleFor(x => x.Email).EmailAddressOfAPerson();
        }
    }
}

[AnswerIsNeverStored]
public static class LookUpOrderEndpoint
{
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [WolverinePost("/api/orders/lookup"), RateLimit("lookup")]
    public static async Task<(IResult, SendOrderLink)> Post(LookUpOrder command, IQuerySession session, CancellationToken cancellation)
    {
        var sequence = OrderNumber.TryParse(command.Number, out var parsed) ? parsed : -1;
        var indexes = session.BlindIndexesOf(EmailAddress.Normalize(command.Email)!);
        // Takes the same work whether or not an order matches.
        var found = await session.Query<Order>().Where(x => x.Sequence == sequence && x.EmailIndex.IsOneOf(indexes))
            .Select(x => x.Id).ToListAsync(cancellation);
        return (Results.Accepted(), new(found is [var id] ? id : null));
    }
}
