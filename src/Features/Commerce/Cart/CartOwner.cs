using Aarya.Features.Commerce.Checkout;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Cart;

/// <summary>Whose cart changes, how long it is kept, and the key that a client gave so that the change happens once.</summary>
public sealed record CartOwner(Guid Subject, bool IsGuest, string? Key = null)
{
    /// <summary>The caller with the request's Idempotency-Key, or what is wrong with that or with the country that is asked for.</summary>
    public static (CartOwner?, ProblemDetails) Of(Caller caller, HttpContext http, string? country)
    {
        var nowhere = Destination.Check(country);
        if (nowhere != WolverineContinue.NoProblems) return (null, nowhere);
        var (key, fault) = KeyedRequest.KeyOf(http.Request);
        return fault is null ? (new(caller.Subject, caller.IsGuest, key), WolverineContinue.NoProblems) : (null, fault);
    }
}
