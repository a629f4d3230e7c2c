using System.Reflection;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Pages;
using Wolverine.Http;

namespace Aarya.Infrastructure.Proxy;

/// <summary>One endpoint of a context, as its slice declares it.</summary>
/// <param name="Role">The context that serves it.</param>
/// <param name="Method">GET, POST, ...</param>
/// <param name="Template">The route template, such as <c>/api/orders/{id:guid}</c>.</param>
/// <param name="Endpoint">The slice's method; its attributes select the policies of the edge.</param>
public sealed record ContextRoute(string Role, string Method, string Template, MethodInfo Endpoint)
{
    /// <summary>The attributes of the slice's method and class.</summary>
    public IEnumerable<object> Metadata =>
        Endpoint.DeclaringType!.GetCustomAttributes(inherit: true).Concat(Endpoint.GetCustomAttributes(inherit: true));

    /// <summary>True for a route that does not exist in production.</summary>
    public bool IsDevelopmentOnly => Endpoint.DeclaringType!.IsDefined(typeof(DevelopmentOnlyAttribute), inherit: true);
}

/// <summary>
/// Reads from the slices which context serves which route, so that the gateway needs no list of its own, which could go stale.
/// </summary>
public static class ContextRoutes
{
    public static IReadOnlyList<ContextRoute> Of(BoundedContext context) =>
        [.. from type in context.GetType().Assembly.GetExportedTypes()
            where context.Owns(type)
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance)
            from route in method.GetCustomAttributes<WolverineHttpMethodAttribute>()
            select new ContextRoute(context.Role, route.HttpMethod,
                Under(type.GetCustomAttribute<RoutePrefixAttribute>(), route.Template), method)];

    private static string Under(RoutePrefixAttribute? prefix, string template) =>
        prefix is null ? template : $"/{prefix.Prefix}/{template.TrimStart('/')}".TrimEnd('/');
}
