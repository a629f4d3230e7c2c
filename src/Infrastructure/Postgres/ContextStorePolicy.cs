using Aarya.Infrastructure.Contexts;
using JasperFx;
using JasperFx.CodeGeneration;
using Wolverine.Configuration;
using Wolverine.Marten;
using Wolverine.Runtime.Handlers;

namespace Aarya.Infrastructure.Postgres;

/// <summary>
/// Gives every handler and endpoint the document store of the context whose namespace it is in, so that no slice has to name the store.
/// </summary>
public sealed class ContextStorePolicy(ActiveContexts contexts) : IChainPolicy
{
    public void Apply(IReadOnlyList<IChain> chains, GenerationRules rules, IServiceContainer container)
    {
        foreach (var chain in chains)
        {
            Route(chain);
            if (chain is not HandlerChain handlers) continue;
            foreach (var sticky in handlers.ByEndpoint) Route(sticky);
        }
    }

    private void Route(IChain chain)
    {
        if (chain.AncillaryStoreType is null
            && chain.HandlerCalls().Select(x => contexts.Owner(x.HandlerType)).FirstOrDefault(x => x is not null) is { } owner)
            chain.UseMartenStore(owner.StoreType);
    }
}
