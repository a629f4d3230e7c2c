using System.Globalization;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>
/// The tag of a product is its revision, so that the refusal of an old one in <c>If-Match</c> (RFC 9110, section 13.1.1) can list what has
/// changed since. A change without a tag is refused (RFC 6585, section 3): it could undo a change that its author has not seen.
/// </summary>
internal static class ProductTag
{
    public static string Of(Product product) => string.Create(CultureInfo.InvariantCulture, $"\"{product.Revision}\"");

    /// <summary>The refusal of a change that is not based on the current product; null when it is.</summary>
    public static ProblemDetails? Check(HttpContext http, Product product)
    {
        var sent = http.Request.Headers.IfMatch;
        if (sent.Count == 0)
        {
            return Problem.Of(StatusCodes.Status428PreconditionRequired, "request.precondition_required", "If-Match is missing",
                "Read the product and send its ETag in If-Match.");
        }

        if (!EntityTagHeaderValue.TryParseList(sent, out var tags)) return Unknown();
        if (tags.Any(x => x.Equals(EntityTagHeaderValue.Any))) return null;
        // A proxy that compresses answers makes their tags weak; the revision is the same.
        var revisions = tags.Select(RevisionOf).ToList();
        if (revisions.Contains(product.Revision)) return null;
        var seen = revisions.Max();
        return seen < 1 || seen > product.Revision ? Unknown() : Changed(product, seen);
    }

    private static long RevisionOf(EntityTagHeaderValue tag) =>
        long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    private static ProblemDetails Unknown() => Problem.Invalid("If-Match", "must be the ETag of the product as it was read.");

    private static ProblemDetails Changed(Product product, long seen)
    {
        string[] changed = [.. product.ChangedIn.Where(x => x.Value > seen).Select(x => x.Key).Order(StringComparer.Ordinal)];
        var problem = Problem.Conflict("product.changed_meanwhile", "Changed by someone else",
            $"These have changed since you read the product: {string.Join(", ", changed)}. Reload it and make your change again.");
        problem.Extensions["changed"] = changed;
        problem.Extensions["etag"] = Of(product);
        return problem;
    }
}
