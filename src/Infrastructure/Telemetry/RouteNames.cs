using System.Text.RegularExpressions;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>Route templates as people write them in a query: <c>/api/orders/{id}</c> for <c>/api/orders/{id:guid}</c>.</summary>
internal static partial class RouteNames
{
    public static string Plain(string template) => Parameter().Replace(template, "{$1}");

    [GeneratedRegex(@"\{\**([A-Za-z0-9_]+)[^{}]*\}")]
    private static partial Regex Parameter();
}
