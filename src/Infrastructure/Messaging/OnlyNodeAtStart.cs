using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Workers;
using Wolverine.Runtime;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// For a process that is the only one of its roles (<c>AARYA_SOLO</c>): releases the messages that an earlier process left in the inboxes
/// and outboxes, so that this one takes them at once. The message runtime does this for the first context only. A process that runs alone
/// always has the same node number as the one before, so the rows of the other contexts would look like its own and wait until stale.
/// </summary>
public sealed class OnlyNodeAtStart(ActiveContexts contexts, IWolverineRuntime runtime) : StartStep
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var context in contexts.Active)
            await runtime.Stores.FindAncillaryStore(context.StoreType).Admin.ReleaseAllOwnershipAsync();
    }
}
