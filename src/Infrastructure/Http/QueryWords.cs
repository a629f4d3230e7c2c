using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;
using Wolverine.Http;

namespace Aarya.Infrastructure.Http;

/// <summary>
/// Applies the rules of bodies to queries: no NUL, and the same words for enums (<c>pending_payment</c>), which Wolverine's
/// own binding does not support.
/// </summary>
internal static class QueryWords
{
    private static readonly ConcurrentDictionary<MethodInfo, IReadOnlyList<Word>> Known = new();

    private sealed record Word(string Parameter, Type Type, IReadOnlyDictionary<string, string> Names);

    public static Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.Value!.Contains('\0', StringComparison.Ordinal))
            return Problems.WriteAsync(http, Problem.Invalid("path", JsonFaults.Nul));
        if (http.Request.QueryString.Value is not { Length: > 1 } query) return next(http);
        if (query.Contains("%00", StringComparison.Ordinal) && NulIn(http.Request.Query) is { } field)
            return Problems.WriteAsync(http, Problem.Invalid(field, JsonFaults.Nul));
        if (http.GetEndpoint()?.Metadata.GetMetadata<HttpChain>() is not { } chain) return next(http);

        Dictionary<string, StringValues>? translated = null;
        foreach (var word in Known.GetOrAdd(chain.Method.Method, WordsOf))
        {
            if (!http.Request.Query.TryGetValue(word.Parameter, out var sent) || StringValues.IsNullOrEmpty(sent)) continue;
            if (sent.Count != 1 || !word.Names.TryGetValue(sent.ToString(), out var name))
                return Problems.WriteAsync(http, Problem.Invalid(word.Parameter, JsonShape.ExpectationOf(word.Type, AaryaJson.Options)));
            translated ??= http.Request.Query.ToDictionary(StringComparer.OrdinalIgnoreCase);
            translated[word.Parameter] = name;
        }

        if (translated is not null) http.Request.Query = new QueryCollection(translated);
        return next(http);
    }

    private static string? NulIn(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (name.Contains('\0', StringComparison.Ordinal)) return "query";
            if (values.Any(x => x!.Contains('\0', StringComparison.Ordinal))) return name;
        }

        return null;
    }

    private static List<Word> WordsOf(MethodInfo endpoint) =>
    [
        .. from parameter in endpoint.GetParameters()
           let type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType
           where type.IsEnum
           select new Word(parameter.GetCustomAttribute<FromQueryAttribute>()?.Name ?? parameter.Name!, type,
               Enum.GetNames(type)
                   .ToDictionary(x => JsonSerializer.SerializeToElement(Enum.Parse(type, x), type, AaryaJson.Options).GetString()!,
                       StringComparer.Ordinal)),
    ];
}
