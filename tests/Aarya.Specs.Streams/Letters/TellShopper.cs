using Aarya.Specs.Streams.Letters.Contracts;
using Wolverine;

namespace Aarya.Specs.Streams.Letters;

public static class TellShopperHandler
{
    public static HandlerContinuation Before(OrderPlaced placed) =>
        placed.Note == "content:declines" ? HandlerContinuation.Stop : HandlerContinuation.Continue;

    /// <summary>A handler that stores nothing.</summary>
    public static void Handle(OrderPlaced placed) => Console.WriteLine($"told {placed.OrderId}");
}
