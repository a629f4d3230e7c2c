using FluentValidation;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Aarya.Features;

/// <summary>The languages in which the shop writes to people, by their ISO 639-1 codes.</summary>
public static class Languages
{
    public const string English = "en";
    public const string Hindi = "hi";

    public static IReadOnlyList<string> All { get; } = [English, Hindi];

    /// <summary>The language of the shop that a client prefers by <c>Accept-Language</c> (RFC 9110, section 12.5.4).</summary>
    /// <returns>Null when the client accepts none of them by name.</returns>
    public static string? Preferred(HttpRequest? request) =>
        request?.GetTypedHeaders().AcceptLanguage
            .Where(x => x.Quality is not 0 && Of(x.Value.Value) is not null)
            // Of two languages that the client likes equally, the first; OrderBy keeps their order.
            .OrderByDescending(x => x.Quality ?? 1).Select(x => Of(x.Value.Value)).FirstOrDefault();

    public static IRuleBuilderOptions<T, string?> OneOfTheShopsLanguages<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(x => x is null || All.Contains(x)).WithMessage($"must be one of {string.Join(", ", All)}.");

    // "hi-IN" is Hindi.
    private static string? Of(string? tag) =>
        All.FirstOrDefault(x => x.Equals(tag?.Split('-')[0], StringComparison.OrdinalIgnoreCase));
}
