using System.Reflection;
using Aarya.Features;
using Mono.Cecil;
using Mono.Cecil.Cil;
using ICustomAttributeProvider = Mono.Cecil.ICustomAttributeProvider;
using Module = Aarya.Infrastructure.Hosting.Module;

namespace Aarya.Specs.Architecture;

/// <summary>A compiled assembly: what a type uses anywhere, in its signatures, attributes and method bodies.</summary>
public sealed class CompiledFeatures(Assembly assembly) : IDisposable
{
    private readonly ModuleDefinition compiled = ModuleDefinition.ReadModule(assembly.Location);

    public CompiledFeatures()
        : this(typeof(Modules).Assembly)
    {
    }

    /// <summary>Every type, including nested and compiler-generated ones.</summary>
    public IEnumerable<TypeDefinition> Types => compiled.GetTypes();

    /// <summary>The context whose folder contains the type; null for what all contexts share.</summary>
    public static Module? ContextOf(TypeReference type)
    {
        var outermost = type;
        while (outermost.DeclaringType is not null) outermost = outermost.DeclaringType;
        return Modules.All.FirstOrDefault(x => outermost.Namespace == Folder(x)
            || outermost.Namespace.StartsWith(Folder(x) + ".", StringComparison.Ordinal));
    }

    /// <summary>The types that a type mentions, each with the member that mentions it.</summary>
    public static IEnumerable<(TypeReference Used, string Where)> UsesOf(TypeDefinition type)
    {
        var found = new List<(TypeReference?, string)> { (type.BaseType, type.FullName) };
        found.AddRange(type.Interfaces.Select(x => ((TypeReference?)x.InterfaceType, type.FullName)));
        found.AddRange(type.Fields.Select(x => ((TypeReference?)x.FieldType, x.FullName)));
        found.AddRange(Attributes(type, type.FullName));
        found.AddRange(type.GenericParameters.SelectMany(x => x.Constraints)
            .Select(x => ((TypeReference?)x.ConstraintType, type.FullName)));
        foreach (var method in type.Methods)
        {
            found.Add((method.ReturnType, method.FullName));
            found.AddRange(method.Parameters.Select(x => ((TypeReference?)x.ParameterType, method.FullName)));
            found.AddRange(Attributes(method, method.FullName));
            foreach (var parameter in method.Parameters) found.AddRange(Attributes(parameter, method.FullName));
            if (!method.HasBody) continue;
            found.AddRange(method.Body.Variables.Select(x => ((TypeReference?)x.VariableType, method.FullName)));
            foreach (var operand in method.Body.Instructions.Select(x => x.Operand))
                found.AddRange(Mentioned(operand).Select(x => (x, method.FullName)));
        }

        foreach (var member in type.Properties.Cast<ICustomAttributeProvider>().Concat(type.Fields))
            found.AddRange(Attributes(member, type.FullName));
        return found.Where(x => x.Item1 is not null).SelectMany(x => Parts(x.Item1!).Select(part => (part, x.Item2)));
    }

    /// <summary>The methods that a type's own code calls.</summary>
    public static IEnumerable<MethodReference> CallsOf(TypeDefinition type) =>
        type.Methods.Where(x => x.HasBody).SelectMany(x => x.Body.Instructions)
            .Where(x => x.OpCode == OpCodes.Call || x.OpCode == OpCodes.Callvirt || x.OpCode == OpCodes.Newobj)
            .Select(x => (MethodReference)x.Operand);

    private static string Folder(Module context) => context.GetType().Namespace!;

    private static IEnumerable<(TypeReference?, string)> Attributes(ICustomAttributeProvider of, string where) => of.CustomAttributes
        .SelectMany(x => x.ConstructorArguments.Select(argument => argument.Value).OfType<TypeReference>().Append(x.AttributeType))
        .Select(x => ((TypeReference?)x, where));

    private static IEnumerable<TypeReference?> Mentioned(object? operand) => operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method =>
            [method.DeclaringType, method.ReturnType, .. method.GenericArguments, .. method.Parameters.Select(x => x.ParameterType)],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(x => x.ParameterType)],
        _ => [],
    };

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification of => Parts(of.ElementType),
        _ => [type],
    };

    public void Dispose() => compiled.Dispose();
}
