using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Grpc.Core;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>Who orders, and where news of the order goes.</summary>
public sealed record Buyer(Guid Subject, [property: Personal] string Email, bool IsGuest = false);

/// <summary>Finds a customer's own address where the request names none; a guest has none but the one they give.</summary>
public sealed class Buyers(Protos.Core.Core.CoreClient core)
{
    public const string NoAddress = "must be given: there is no account to take it from.";

    public async Task<(Buyer?, ProblemDetails)> OfAsync(Caller caller, string? email, CancellationToken cancellation)
    {
        var found = email is not null
            ? EmailAddress.Normalize(email)
            : caller.IsGuest ? null : await FindEmailAsync(caller.Subject, cancellation);
        return found is null
            ? (null, Problem.Invalid("email", NoAddress))
            : (new(caller.Subject, found, caller.IsGuest), WolverineContinue.NoProblems);
    }

    /// <summary>Where the order goes: the address that the request gives, or the one of the caller's own that it names.</summary>
    public async Task<(ShippingAddress?, ProblemDetails)> AddressAsync(Caller caller, PlaceOrder order, CancellationToken cancellation)
    {
        if (order.ShippingAddress is { } given) return (given.Spelt(), WolverineContinue.NoProblems);
        try
        {
            var x =
                await core.GetAddressAsync(new() { UserId = $"{caller.Subject}", AddressId = $"{order.AddressId}" },
                    cancellationToken: cancellation);
            var line2 = x.Line2.Length > 0 ? x.Line2 : null;
            return (new(x.Name, x.Line1, line2, x.City, x.State, x.PostalCode, x.Country, x.Phone), WolverineContinue.NoProblems);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return (null, Problem.Invalid("addressId", "is none of your addresses."));
        }
    }

    /// <summary>The address of a customer's account; null when there is no such account.</summary>
    public async Task<string?> FindEmailAsync(Guid customer, CancellationToken cancellation)
    {
        try
        {
            return (await core.GetUserAsync(new() { Id = $"{customer}" }, cancellationToken: cancellation)).Email;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }
}
