using System.Text;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Runtime;

namespace Aarya.Specs.Messaging;

/// <summary>During an upgrade a process of the older version recovers a message of the newer one: it must stay replayable.</summary>
public sealed class UnknownMessageSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("local://commerce.restockwarehouse/")]
    [InlineData("local://durable/")]
    public async Task a_message_that_only_a_newer_version_has_becomes_a_dead_letter(string queue)
    {
        var message = new Envelope
        {
            Id = Guid.CreateVersion7(),
            MessageType = "commerce.RestockWarehouse",
            ContentType = "application/json",
            Data = Encoding.UTF8.GetBytes("""{"warehouse":"Jaipur"}"""),
            Destination = new Uri(queue),
            Status = EnvelopeStatus.Incoming,
            // No process owns it any longer.
            OwnerId = 0,
            SentAt = DateTimeOffset.UtcNow,
        };
        var stores = Host.Services.GetRequiredService<IWolverineRuntime>().Stores;
        await stores.FindAncillaryStore(typeof(ICommerceStore)).Inbox.StoreIncomingAsync(message);

        await Eventually.HoldsAsync("the message is a dead letter of commerce", async () => await CountAsync(
            "select count(*) from commerce.wolverine_dead_letters where id = ? and message_type = 'commerce.RestockWarehouse'",
            message.Id) == 1);
        Assert.Equal(0, await CountAsync(
            "select count(*) from commerce.wolverine_incoming_envelopes where id = ? and status <> 'Handled'", message.Id));
    }

    private async Task<long> CountAsync(string sql, Guid id)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        return (await session.AdvancedSql.QueryAsync<long>(sql, Cancel, id))[0];
    }
}
