using Aarya.Features.Addresses;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Pricing;

/// <summary>The country that goods are delivered to.</summary>
public static class Destination
{
    /// <summary>Where the shop is, and the default destination.</summary>
    public const string India = "IN";

    /// <summary>A 400 for <c>country</c>, unless it is absent or a known country.</summary>
    public static ProblemDetails Check(string? country) => country is null || Countries.Exists(country)
        ? WolverineContinue.NoProblems
        : Problem.Invalid("country", "must be an ISO 3166-1 alpha-2 code in capitals, such as IN.");

    /// <summary>
    /// Exports from India are zero-rated (section 16 of the IGST Act 2017): their price includes no tax, and stays as it is shown.
    /// </summary>
    public static bool IsTaxed(string country) => country == India;
}
