using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Cart;

/// <summary>
/// The owner of the cart to change, whether it is a guest's (which is kept for a shorter time), and the client's idempotency key.
/// </summary>
public sealed record CartOwner(Guid Subject, bool IsGuest, string? Key = null)
{
    /// <summary>The caller with the request's Idempotency-Key, or the problem with the key or the country.</summary>
    public static (CartOwner?, ProblemDetails) Of(Caller caller, HttpContext http, string? country)
    {
        var nowhere = Destination.Check(country);
        if (nowhere != WolverineContinue.NoProblems) return (null, nowhere);
        var (key, fault) = KeyedRequest.KeyOf(http.Request);
        return fault is null ? (new(caller.Subject, caller.IsGuest, key), WolverineContinue.NoProblems) : (null, fault);
    }
}
