using Aarya.Features.Commerce.Orders.Payments;
using Aarya.Features.Content.Contracts;
using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Specs.Messaging.WireEvents;

public sealed class MessageNamingSpec
{
    [Fact]
    public void a_message_is_named_for_its_context_so_that_its_file_may_move_while_it_waits()
    {
        Assert.Equal("commerce.CancelUnpaidOrder", NameOf(typeof(CancelUnpaidOrder)));
        Assert.Equal("content.commerce.order_confirmed.v1", NameOf(typeof(OrderConfirmedNotice)));
    }

    [Fact]
    public void a_message_of_another_assembly_keeps_the_name_that_wolverine_gives_it() => Assert.Null(NameOf(typeof(MessageNamingSpec)));

    private static string? NameOf(Type message) => new MessageNaming().TryDetermineName(message, out var name) ? name : null;
}
