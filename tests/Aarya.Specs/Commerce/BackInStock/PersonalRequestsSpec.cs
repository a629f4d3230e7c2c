using System.Text.Json;
using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Privacy;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.BackInStock;

/// <summary>A request names a person: it is sealed, exported and erased with their other data, and forgotten after its time.</summary>
[StoryOf(typeof(ForgetBackInStockRequestHandler))]
public sealed class PersonalRequestsSpec(AaryaFixture fixture) : BackInStockStory(fixture)
{
    [Fact]
    public async Task an_address_is_stored_sealed()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        (await AskAsync(sku, Mailbox("asha"))).Is(202);

        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        var rows = await session.AdvancedSql.QueryAsync<string>(
            "select data::text from commerce.mt_doc_backinstockrequest where data ->> 'sku' = ?", Cancel, sku);
        Assert.Contains("\"sealed:", Assert.Single(rows), StringComparison.Ordinal);
        Assert.DoesNotContain("asha", rows[0], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task an_export_has_what_a_person_waits_for_and_an_erasure_removes_it_and_nothing_else()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        using var guest = await Shopper.GuestAsync(Host);
        using var other = await Shopper.GuestAsync(Host);
        (await AskAsync(sku, Mailbox("asha"), guest)).Is(202);
        (await AskAsync(sku, Mailbox("rao"), other)).Is(202);
        var user = Guid.CreateVersion7();

        var gathered = await Host.InvokeMessageAndWaitAsync(new PersonalDataAskedNotice(user, Guid.NewGuid(), [guest.Subject], null));
        var held = JsonDocument.Parse(gathered.Sent.SingleMessage<PersonalDataGatheredNotice>().Json).RootElement;
        var request = Assert.Single(held.GetProperty("backInStock").EnumerateArray());
        Assert.Equal((sku, Mailbox("asha")), (request.GetProperty("sku").GetString(), request.GetProperty("email").GetString()));

        await Host.InvokeMessageAndWaitAsync(new EraseBuyer(user, Guid.NewGuid(), [guest.Subject]));
        Assert.Equal((1, 1), await WaitingAsync(sku));
        Assert.Equal([Mailbox("rao")], (await StoredAsync(sku)).Select(x => x.Email));
    }

    [Fact]
    public async Task requests_for_mails_to_an_address_become_the_account_s_that_verifies_it()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        (await AskAsync(sku, Mailbox("asha"))).Is(202);
        (await AskAsync(sku, Mailbox("rao"))).Is(202);
        var user = Guid.CreateVersion7();

        await Host.InvokeMessageAndWaitAsync(new EmailVerifiedNotice(user, Mailbox("asha"), DateTimeOffset.UtcNow));

        Assert.Equal([Mailbox("asha")], (await StoredAsync(sku)).Where(x => x.Subject == user).Select(x => x.Email));
        await Host.InvokeMessageAndWaitAsync(new EraseBuyer(user, Guid.NewGuid(), []));
        Assert.Equal((1, 1), await WaitingAsync(sku));
    }

    [Fact]
    public async Task a_request_that_is_as_old_as_it_may_become_is_forgotten()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        using var guest = await Shopper.GuestAsync(Host);
        var messages = await Host.ExecuteAndWaitAsync(async () => (await AskAsync(sku, Mailbox("asha"), guest)).Is(202), 30_000);
        var forget = messages.Scheduled.SingleMessage<ForgetBackInStockRequest>();

        for (var i = 0; i < 2; i++) await Host.InvokeMessageAndWaitAsync(forget);

        Assert.Equal((0, 0), await WaitingAsync(sku));
    }

    private async Task<IReadOnlyList<BackInStockRequest>> StoredAsync(string sku)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        return await session.Query<BackInStockRequest>().Where(x => x.Sku == sku).ToListAsync(Cancel);
    }
}
