using System.Reflection;
using System.Text.RegularExpressions;
using Aarya.Features;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Aarya.Specs.Architecture;

/// <summary>The API's description explains every code: a slice sends only declared codes.</summary>
public sealed partial class RefusalsSpec
{
    // The pipeline itself sends these codes; they are described with the status.
    private static readonly string[] Pipelines = ["request.invalid", "request.too_large", "request.precondition_failed",
        "idempotency.key_reused"];

    [Fact]
    public void every_code_that_a_slice_sends_is_declared_by_a_slice_and_none_that_is_not_sent()
    {
        using var features = new CompiledFeatures();
        var sent = features.Types.SelectMany(x => x.Methods).Where(x => x.HasBody).SelectMany(SentBy)
            .Except(Pipelines).ToHashSet();
        var declared = typeof(Modules).Assembly.GetTypes().SelectMany(x => x.GetMethods().Append<MemberInfo>(x))
            .SelectMany(x => x.GetCustomAttributes<RefusesAttribute>()).Select(x => x.Code).ToHashSet();

        // The audit trail has words of the same shape.
        sent.ExceptWith(AuditActions.All.Except(declared));

        Assert.Contains("cart.empty", sent);
        Assert.Empty(sent.Except(declared));
        Assert.Empty(declared.Except(sent));
    }

    // The codes in a method that creates a problem, directly or through a method that returns one.
    private static IEnumerable<string> SentBy(MethodDefinition method)
    {
        var code = method.Body.Instructions;
        return code.Any(x => x.Operand is MethodReference called
            && (called.DeclaringType.FullName == typeof(Problem).FullName || called.ReturnType.Name == "ProblemDetails"))
            ? code.Where(x => x.OpCode == OpCodes.Ldstr).Select(x => (string)x.Operand).Where(x => Code().IsMatch(x))
            : [];
    }

    [GeneratedRegex(@"^[a-z_]+\.[a-z_]+\z")]
    private static partial Regex Code();
}
