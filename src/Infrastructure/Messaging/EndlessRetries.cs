using JasperFx.Core;
using Wolverine.ErrorHandling;
using Wolverine.Runtime.Handlers;

namespace Aarya.Infrastructure.Messaging;

public static class EndlessRetries
{
    /// <summary>For a step that nothing else would repeat: it is retried after any exception until it succeeds.</summary>
    public static void NeverGivesUp(this HandlerChain chain) =>
        chain.OnAnyException().ScheduleRetryIndefinitely(1.Seconds(), 5.Seconds(), 30.Seconds(), 5.Minutes());
}
