using Aarya.Features.Addresses;
using Aarya.Features.Commerce.Orders;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Security;
using Grpc.Core;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>The buyer of an order, and the address for e-mails about it.</summary>
public sealed record Buyer(Guid Subject, [property: Personal] string Email, bool IsGuest = false);

/// <summary>Finds a customer's own e-mail address when the request has none; a guest must give one.</summary>
public sealed class BuyerDirectory(Protos.Core.Core.CoreClient core)
{
    public const string NoAddress = "is required: there is no account to take it from.";

    public async Task<(Buyer?, ProblemDetails)> OfAsync(Caller caller, string? email, CancellationToken cancellation)
    {
        var found = email is not null
            ? EmailAddress.Normalize(email)
            : caller.IsGuest ? null : await FindEmailAsync(caller.Subject, cancellation);
        return found is null
            ? (null, Problem.Invalid("email", NoAddress))
            : (new(caller.Subject, found, caller.IsGuest), WolverineContinue.NoProblems);
    }

    /// <summary>The shipping address: the one in the request, or the caller's saved address that the request names.</summary>
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
            return (null, Problem.Invalid("addressId", "is not one of your saved addresses."));
        }
    }

    /// <summary>The e-mail address of a customer's account; null when there is no such account.</summary>
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
