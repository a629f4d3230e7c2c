using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Settings;
using JasperFx;
using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.Core;
using Wolverine;
using Wolverine.Attributes;
using Wolverine.Configuration;
using Wolverine.ErrorHandling;
using Wolverine.Middleware;
using Wolverine.Runtime.Handlers;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Every event that a context reads must have exactly one handler there, which runs in a transaction after <see cref="ProcessedEvent"/>.
/// </summary>
internal sealed class WireEventPolicy(IReadOnlyList<WireEvent> events) : IHandlerPolicy
{
    public void Apply(IReadOnlyList<HandlerChain> chains, GenerationRules rules, IServiceContainer container)
    {
        foreach (var read in events.Where(x => x.IsRead))
        {
            var handlers = chains.Where(x => x.MessageType == read.Record && x.Handlers.Count > 0).ToList();
            if (handlers is not [var chain] || chain.Handlers is not [_])
                throw new StartupException(
                    $"{read.Record.FullName} ({read.Name}) has {handlers.Sum(x => x.Handlers.Count)} handlers in {read.Context.Role}: a "
                    + $"context that reads an event must have one handler for it.");
            Weave(chain, rules, container);
        }
    }

    private static void Weave(HandlerChain chain, GenerationRules rules, IServiceContainer container)
    {
        // Before everything else: a handler loads, and may stop, only after the row is inserted.
        var before = new MethodCall(typeof(ProcessedEvent), nameof(ProcessedEvent.BeforeAsync));
        chain.Middleware.Insert(0, before);
        if (rules.TryFindContinuationHandler(chain, before, out var stop)) chain.Middleware.Insert(1, stop!);
        // A handler that takes no session still gets one: ProcessedEvent needs it.
        if (!chain.IsTransactional) new TransactionalAttribute().Modify(chain, rules, container);
        chain.ExecutionTimeoutInSeconds = 30;
        chain.OnAnyException().RetryWithCooldown(100.Milliseconds(), 250.Milliseconds(), 500.Milliseconds(), 1000.Milliseconds()).Then
            .MoveToErrorQueue();
    }
}
