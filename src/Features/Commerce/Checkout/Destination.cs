using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>The country that goods go to, as a cart is asked for one.</summary>
public static class Destination
{
    /// <summary>Where the shop is, and the default destination.</summary>
    public const string India = "IN";

    /// <summary>A 400 that names <c>country</c> unless it is absent or a country.</summary>
    public static ProblemDetails Check(string? country) => country is null || Countries.Exists(country)
        ? WolverineContinue.NoProblems
        : Problem.Invalid("country", "must be an ISO 3166-1 alpha-2 code in capitals, such as IN.");

    /// <summary>
    /// Goods that leave India are zero-rated (section 16 of the IGST Act 2017): their price holds no tax, and stays as it is shown.
    /// </summary>
    public static bool IsTaxed(string country) => country == India;
}
