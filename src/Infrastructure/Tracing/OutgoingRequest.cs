namespace Aarya.Infrastructure.Tracing;

/// <summary>What a trace shows of a request to another system.</summary>
public static class OutgoingRequest
{
    private static readonly HttpRequestOptionsKey<string> Template = new("url.template");

    /// <summary>
    /// Sets the path without values, such as <c>/v1/charges/{id}</c>, that a trace shows. Without it a trace shows only the method.
    /// </summary>
    public static HttpRequestMessage WithTemplate(this HttpRequestMessage request, string template)
    {
        request.Options.Set(Template, template);
        return request;
    }

    internal static string? TemplateOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(Template, out var template) ? template : null;
}
