using Aarya.Features.Commerce.Orders.Links;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Orders.Links;

public sealed class ForgetOrderLinkSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ICommerceStore Store => Host.Services.GetRequiredService<ICommerceStore>();

    [Fact]
    public async Task a_link_is_removed_and_the_others_stay()
    {
        var (expired, other) = (Link(), Link());
        await using (var session = Store.LightweightSession())
        {
            session.Store(expired, other);
            await session.SaveChangesAsync(Cancel);
        }

        // The second message finds nothing: a message may come twice.
        for (var i = 0; i < 2; i++) await Host.InvokeMessageAndWaitAsync(new ForgetOrderLink(expired.Id));

        await using var query = Store.QuerySession();
        Assert.Null(await query.LoadAsync<OrderLink>(expired.Id, Cancel));
        Assert.NotNull(await query.LoadAsync<OrderLink>(other.Id, Cancel));
    }

    private static OrderLink Link() => new()
    {
        Id = Guid.CreateVersion7(),
        OrderId = Guid.CreateVersion7(),
        ExpiresAt = DateTimeOffset.UtcNow,
    };
}
