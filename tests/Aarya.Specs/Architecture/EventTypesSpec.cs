using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Store;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Store;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Aarya.Specs.Architecture;

/// <summary>A stored fact is read by its name, even when its record has moved to another namespace.</summary>
public sealed class EventTypesSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Fact]
    public void the_stores_know_every_fact_that_an_order_or_a_payment_takes()
    {
        using var features = new CompiledFeatures();
        Assert.Empty(FactsOf(features, typeof(Order)).Except(KnownTo<ICommerceStore>()));
        Assert.Empty(FactsOf(features, typeof(OrderPayment)).Except(KnownTo<IPaymentStore>()));
        Assert.Contains(typeof(OrderPlaced).FullName, KnownTo<ICommerceStore>());
        Assert.Contains(typeof(OrderCancelled).FullName, FactsOf(features, typeof(Order)));
        Assert.Contains(typeof(PaymentRequested).FullName, FactsOf(features, typeof(OrderPayment)));
    }

    private IEnumerable<string> KnownTo<TStore>() where TStore : IDocumentStore =>
        Host.Services.GetRequiredService<TStore>().Options.Events.AllKnownEventTypes().Select(x => x.EventType.FullName!);

    private static IEnumerable<string> FactsOf(CompiledFeatures features, Type aggregate) => features.Types
        .Single(x => x.FullName == aggregate.FullName).Methods.Where(x => x.HasBody)
        .SelectMany(x => x.Body.Instructions).Where(x => x.OpCode == OpCodes.Isinst)
        .Select(x => (TypeReference)x.Operand).Where(x => x.Scope is ModuleDefinition && x.Resolve().Properties.Any(p => p.Name == "At"))
        .Select(x => x.FullName).Distinct();
}
