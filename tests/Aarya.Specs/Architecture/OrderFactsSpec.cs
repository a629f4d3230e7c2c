using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Effects;
using JasperFx.Events;
using Mono.Cecil;

namespace Aarya.Specs.Architecture;

/// <summary>
/// Stock, claims and messages follow from an order's facts. So each fact of an existing order is appended through OrderMessages, and each
/// new order is placed by PlacedOrder.
/// </summary>
public sealed class OrderFactsSpec
{
    private const string Door = "Aarya.Features.Commerce.Orders.Effects.OrderMessages";

    private static readonly string[] Appending = [nameof(IEventStream<>.AppendOne), nameof(IEventStream<>.AppendMany), "Append",
        "AppendOptimistic", "AppendExclusive"];

    [Fact]
    public void only_one_class_of_commerce_appends_facts()
    {
        using var features = new CompiledFeatures();
        var others = from type in features.Types
                     where IsOfCommerce(type) && OutermostOf(type) != Door
                     from call in CompiledFeatures.CallsOf(type)
                     where AppendsToStream(call) || MakesEvents(call)
                     select $"{OutermostOf(type)} calls {call.Name} of {call.DeclaringType.Name}: return the facts through OrderMessages";

        Assert.Empty(others.Distinct());
    }

    [Fact]
    public void only_two_use_cases_place_an_order()
    {
        using var features = new CompiledFeatures();
        var placing = from type in features.Types
                      where IsOfCommerce(type)
                      from call in CompiledFeatures.CallsOf(type)
                      where call.Name == "StartStream"
                      select OutermostOf(type);

        Assert.Equal([typeof(OrderCartHandler).FullName, typeof(PlaceOrderEndpoint).FullName], placing.Distinct().Order());
        Assert.Equal([typeof(OrderCartHandler).FullName, typeof(PlaceOrderEndpoint).FullName],
            features.Types.Where(x => CompiledFeatures.CallsOf(x).Any(call => call.Name == nameof(PlacedOrder.PlaceAsync)))
                .Select(OutermostOf).Distinct().Order());
    }

    private static bool AppendsToStream(MethodReference call) => Appending.Contains(call.Name)
        && (call.DeclaringType.Name.StartsWith("IEventStream", StringComparison.Ordinal)
            || call.DeclaringType.Name.Contains("EventStoreOperations", StringComparison.Ordinal)
            || call.DeclaringType.Name.Contains("EventOperations", StringComparison.Ordinal));

    private static bool MakesEvents(MethodReference call) =>
        call.Name == ".ctor" && call.DeclaringType.FullName == "Wolverine.Marten.Events";

    private static bool IsOfCommerce(TypeDefinition type) =>
        CompiledFeatures.ContextOf(type)?.Role == Features.Roles.Commerce;

    private static string OutermostOf(TypeDefinition type)
    {
        while (type.DeclaringType is not null) type = type.DeclaringType;
        return type.FullName;
    }
}
