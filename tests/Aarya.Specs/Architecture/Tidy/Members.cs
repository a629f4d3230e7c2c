using Mono.Cecil;

namespace Aarya.Specs.Architecture.Tidy;

/// <summary>What a type offers to the others, without what frameworks call or fill by its form.</summary>
internal static class Members
{
    /// <summary>Whether a person wrote the type: neither the compiler nor the generator of the gRPC contracts did.</summary>
    public static bool IsOurs(TypeDefinition type) =>
        type.Namespace.StartsWith("Aarya.", StringComparison.Ordinal) && !type.Name.Contains('<', StringComparison.Ordinal)
        && !type.Namespace.StartsWith("Aarya.Protos", StringComparison.Ordinal)
        && !type.Namespace.Contains("Generated", StringComparison.Ordinal)
        // SignalR calls the methods of a hub by name.
        && type.BaseType?.Name.Contains("Hub", StringComparison.Ordinal) != true
        && !type.CustomAttributes.Any(x => x.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute");

    /// <summary>
    /// What these types call, read or write outside the member itself, each as <see cref="KeyOf"/> has it, and the names that they have as
    /// text: woven code is called by its name.
    /// </summary>
    public static HashSet<string> UsedBy(IEnumerable<TypeDefinition> types)
    {
        HashSet<string> used = [];
        foreach (var method in types.SelectMany(x => x.Methods).Where(x => x.HasBody))
        {
            var own = KeyOf(method);
            foreach (var operand in method.Body.Instructions.Select(x => x.Operand))
            {
                if (operand is MemberReference member && KeyOf(member) is var key && key != own) used.Add(key);
                else if (operand is string text && Weaves(method.DeclaringType)) used.Add(text);
            }
        }

        return used;
    }

    // The frames that write code.
    private static bool Weaves(TypeDefinition type) =>
        type.BaseType?.Name.EndsWith("Frame", StringComparison.Ordinal) == true
        || type.Name.EndsWith("Policy", StringComparison.Ordinal) || (type.DeclaringType is { } outer && Weaves(outer));

    /// <summary>A member's name with that of its type; a property goes by its getter, and all overloads have one key.</summary>
    public static string KeyOf(MemberReference member) => member switch
    {
        PropertyDefinition property => KeyOf(property.GetMethod),
        { DeclaringType: { } type } => $"{type.GetElementType().FullName}::{member.Name}",
        _ => member.FullName,
    };

    public static IEnumerable<IMemberDefinition> Of(TypeDefinition type, string[] calledByConvention)
    {
        // The serialiser reads what a record carries.
        var isRecord = type.Methods.Any(x => x.Name == "<Clone>$") || type.IsValueType;
        foreach (var method in type.Methods.Where(x => (x.IsPublic || x.IsAssembly) && !x.IsSpecialName && !x.IsConstructor))
        {
            if (method.IsVirtual || calledByConvention.Contains(method.Name)) continue;
            if (method.Name.Contains('<', StringComparison.Ordinal)) continue;
            if (method.CustomAttributes.Any(x => x.AttributeType.Name.StartsWith("Wolverine", StringComparison.Ordinal))) continue;
            if (isRecord && method.Name is "Deconstruct" or "Equals" or "PrintMembers") continue;
            yield return method;
        }

        foreach (var field in type.Fields.Where(x => (x.IsPublic || x.IsAssembly) && x.IsStatic && !type.IsEnum)) yield return field;
        foreach (var property in type.Properties.Where(x => x.GetMethod is { } get && (get.IsPublic || get.IsAssembly) && !get.IsVirtual))
        {
            if (property.GetMethod.IsStatic || (!isRecord && property.SetMethod is null)) yield return property;
        }
    }
}
