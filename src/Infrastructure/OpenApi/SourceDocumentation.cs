using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Aarya.Infrastructure.OpenApi;

/// <summary>The summaries in the source, from the XML files that the compiler writes beside the assemblies.</summary>
internal static partial class SourceDocumentation
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, XElement>> Files = new();

    /// <summary>The summary of the type, or null.</summary>
    public static string? Of(Type type) => Find(type, $"T:{NameOf(type)}")?.Element("summary") is { } summary ? Text(summary) : null;

    /// <summary>The summary of the method, or null.</summary>
    public static string? Of(MethodInfo method)
    {
        var type = method.DeclaringType!;
        var prefix = $"M:{NameOf(type)}.{method.Name}";
        var found = FileOf(type).FirstOrDefault(x => x.Key == prefix || x.Key.StartsWith(prefix + "(", StringComparison.Ordinal)).Value;
        return found?.Element("summary") is { } summary ? Text(summary) : null;
    }

    /// <summary>The description of a record's parameter or of a property, or null.</summary>
    public static string? Of(Type type, string member)
    {
        if (Find(type, $"P:{NameOf(type)}.{member}")?.Element("summary") is { } summary) return Text(summary);
        return Find(type, $"T:{NameOf(type)}")?.Elements("param").FirstOrDefault(x => x.Attribute("name")?.Value == member) is { } parameter
            ? Text(parameter)
            : null;
    }

    private static XElement? Find(Type type, string name) => FileOf(type).GetValueOrDefault(name);

    private static IReadOnlyDictionary<string, XElement> FileOf(Type type) => Files.GetOrAdd(type.Assembly, static assembly =>
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        if (!File.Exists(file)) return new Dictionary<string, XElement>();
        return XDocument.Load(file).Descendants("member").DistinctBy(x => x.Attribute("name")!.Value)
            .ToDictionary(x => x.Attribute("name")!.Value);
    });

    private static string NameOf(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    // <see cref="T:A.B.C"/> becomes C.
    private static string Text(XElement element) => Spaces().Replace(string.Concat(element.Nodes().Select(x => x switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "paramref" } reference =>
            (reference.Attribute("cref") ?? reference.Attribute("name"))?.Value.Split('.', ':')[^1] ?? "",
        XElement code => code.Value,
        _ => "",
    })), " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
