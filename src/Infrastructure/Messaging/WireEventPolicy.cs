using Aarya.Infrastructure.Messaging.Streams;
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
/// Every event that a context reads must have a handler there, or several. Each runs in its own transaction after
/// <see cref="ProcessedEvent"/>.
/// </summary>
internal sealed class WireEventPolicy(IReadOnlyList<WireEvent> events) : IHandlerPolicy
{
    public void Apply(IReadOnlyList<HandlerChain> chains, GenerationRules rules, IServiceContainer container)
    {
        foreach (var read in events.Where(x => x.IsRead))
        {
            var handlers = chains.Where(x => x.MessageType == read.Record && x.Handlers.Count > 0).ToList();
            if (handlers.Count == 0)
                throw new StartupException(
                    $"{read.Record.FullName} ({read.Name}) has no handler in {read.Context.Role}: a context that reads an event must have "
                    + "one for it.");
            if (handlers.Count > 1 && handlers.Any(x => !x.Endpoints.All(y => y is RedisStreamEndpoint { Handler: not null })))
                throw new StartupException(
                    $"Not every handler of {read.Record.FullName} ({read.Name}) is one that the stream can call: the class must be public, "
                    + "end with Handler, and have a Handle method with the event as its first parameter.");
            foreach (var chain in handlers) Weave(chain, rules, container);
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
