using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Mono.Cecil;
using Module = Aarya.Infrastructure.Hosting.Module;

namespace Aarya.Specs.Architecture;

/// <summary>
/// Every document type of a context is part of its schema. A developer's database creates a table at its first use; in production only
/// `migrate` creates tables, for the document types that the context's module names.
/// </summary>
public sealed class DocumentsSpec
{
    private static readonly string[] Using =
        ["LoadAsync", "LoadManyAsync", "Query", "Store", "StoreMany", "Insert", "Update", "Delete", "DeleteWhere", "HardDelete", "Patch"];

    [Fact]
    public async Task every_document_that_a_context_uses_is_in_its_schema()
    {
        using var features = new CompiledFeatures();
        var used = features.Types
            .SelectMany(type => DocumentsOf(type).Select(x => (Context: CompiledFeatures.ContextOf(type), Document: x.FullName)))
            .Where(x => x.Context is not null).Distinct().ToLookup(x => x.Context!, x => x.Document);
        // As at the start of a process: no document type has been used yet.
        string[] settings =
            ["--environment=Development", "--DATABASE_URL=postgres://nobody@127.0.0.1:1/none", "--REDIS_URL=redis://127.0.0.1:1"];
        await using var app = AaryaHost.Build(["migrate", .. settings], Modules.All);

        Assert.Contains("Aarya.Features.Commerce.Orders.Order", used.SelectMany(x => x));
        Assert.All(used, x => Assert.Empty(x.Except(Known(app.Services, x.Key))));
    }

    private static IEnumerable<string> Known(IServiceProvider services, Module context) =>
        ((IDocumentStore)services.GetRequiredService(context.StoreType)).Options.AllKnownDocumentTypes()
            .Select(x => x.DocumentType.FullName!);

    private static IEnumerable<TypeReference> DocumentsOf(TypeDefinition type)
    {
        var called = CompiledFeatures.CallsOf(type).OfType<GenericInstanceMethod>().Where(IsOfMarten).SelectMany(x => x.GenericArguments);
        var taken = type.Methods.SelectMany(x => x.Parameters)
            .Where(x => x.CustomAttributes.Any(y => y.AttributeType.Name == "EntityAttribute")).Select(x => x.ParameterType);
        return called.Concat(taken).OfType<TypeDefinition>();
    }

    private static bool IsOfMarten(GenericInstanceMethod method) =>
        Using.Contains(method.Name)
        && (method.DeclaringType.FullName.StartsWith("Marten.", StringComparison.Ordinal) || method.DeclaringType.Name == "MartenOps");
}
