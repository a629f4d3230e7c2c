using Aarya.Infrastructure.Hosting;
using Wolverine.Runtime;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Where this process is the only one of its roles (<c>AARYA_SOLO</c>): what an earlier process left in the inboxes and outboxes is free
/// to be taken at once. The message runtime does this for the first context only. A process that runs alone always has the number of the
/// one before, so that the rows of the other contexts would look like its own and wait until they are stale.
/// </summary>
public sealed class OnlyNodeAtStart(ActiveModules contexts, IWolverineRuntime runtime) : StartStep
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var module in contexts.Active)
            await runtime.Stores.FindAncillaryStore(module.StoreType).Admin.ReleaseAllOwnershipAsync();
    }
}
